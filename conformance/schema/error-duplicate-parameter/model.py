from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, a: int, a: str) -> str:
        return a
