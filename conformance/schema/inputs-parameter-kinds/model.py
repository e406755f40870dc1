from cog import BaseRunner


class Runner(BaseRunner):
    def run(self, first: str, /, second: int, *, third: float = 1.0, fourth: bool, **kwargs) -> str:
        return first
