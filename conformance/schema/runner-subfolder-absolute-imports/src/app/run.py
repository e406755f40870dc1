from cog import BaseRunner
from src.shared import LIMIT, Out


class Runner(BaseRunner):
    def run(self, n: int = LIMIT) -> Out:
        return Out(n)
