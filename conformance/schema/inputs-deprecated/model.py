from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(default="x", deprecated=True),
        b: str = Input(default="x", deprecated=False),
        c: str = Input(default="x", deprecated=None),
        d: int = Input(choices=[1, 2], default=1, deprecated=True),
    ) -> str:
        return a
