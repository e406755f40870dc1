from cog import BaseRunner, Input, Path, Secret

NAME = "constant"
PAIR = (1, 2)


class Runner(BaseRunner):
    def run(
        self,
        a: str = "plain",
        b: str = Input(default="called"),
        c: str = Input("positional"),
        d: str = NAME,
        e: int = 1_000,
        f: int = 0xFF,
        g: float = -1e-4,
        h: float = 1.0,
        i: list[int] = PAIR,
        j: dict = {"b": 1, "a": [True, None]},
        k: int = Input(),
        l: Secret = None,
        m: Path = "https://example.com/a.png",
        n: int = 2 * 3,
    ) -> str:
        return a
