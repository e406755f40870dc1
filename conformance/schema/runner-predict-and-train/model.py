from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(self, mode: str = Input(choices=["a", "b"], default="a")) -> str:
        return mode


def train(mode: str = Input(choices=["c"], default="c")) -> Path:
    return Path(mode)
