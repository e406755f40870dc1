from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def setup(self, weights: Path = None):
        self.weights = weights

    def run(self, mode: str = Input(choices=["a", "b"], default="a")) -> str:
        return mode
