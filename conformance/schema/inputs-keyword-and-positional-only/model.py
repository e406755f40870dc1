from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, a: str, /, b: int = 1, *args, c: bool = True, d: float = Input(default=1.5), **kwargs) -> str:
        return a
