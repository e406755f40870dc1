class Thing:
    x: int


class Runner:
    def run(self) -> Thing:
        raise NotImplementedError
