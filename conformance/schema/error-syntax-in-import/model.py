from cog import BaseRunner
from other import LIMIT


class Runner(BaseRunner):
    def run(self, a: int = LIMIT) -> str:
        return ""
