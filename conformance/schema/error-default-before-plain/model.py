from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, a: int = 1, b: str) -> str:
        return b
