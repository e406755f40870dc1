from cog import BaseRunner
from shared import SEED, Inputs, text


class Runner(BaseRunner):
    def run(self, a: str = Inputs.prompt, b: int = SEED, c: str = text("C", 5)) -> str:
        return a
