from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, a: str) -> str:
    return a
