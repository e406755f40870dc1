from cog import Input, Path


class Trainer:
    def setup(self) -> None:
        self.ready = True

    def train(self, data: Path = Input(description="Pictures")) -> Path:
        return data
