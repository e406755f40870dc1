from cog import BaseRunner, Input, Path

LOW = 2
TEXT = "from a constant"


class Runner(BaseRunner):
    def run(
        self,
        a: int = Input(description="A", ge=-1, le=1e3, default=0),
        b: str = Input(description="", min_length=1, max_length=5, regex=r"^\w+$", default="x"),
        c: bool = Input(deprecated=True, default=False),
        d: bool = Input(deprecated=False, default=True),
        e: Path = Input(accept="image/*", description=TEXT),
        f: list[Path] = Input(accept=".png,.jpg"),
        g: int = Input(ge=LOW, le=2**32 - 1, default=3),
    ) -> str:
        return b
