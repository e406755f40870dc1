from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, a: int) -> int:
        return a

    def run(self, b: str) -> str:  # noqa: F811
        return b
