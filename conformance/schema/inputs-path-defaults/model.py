import pathlib

from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(
        self,
        a: Path = Path("sample.png"),
        b: Path = Input(default=Path("b.png"), description="x"),
        c: pathlib.Path = "https://example.com/c.png",
        d: pathlib.Path = pathlib.Path("d.png"),
    ) -> Path:
        return a
