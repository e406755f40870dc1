A = "B"
B = "A"


class Runner:
    # A names B, which names A
    def run(self, a: A) -> str:
        return a
