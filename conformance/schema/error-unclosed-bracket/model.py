from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, a: str = "x" -> str:
        return a
