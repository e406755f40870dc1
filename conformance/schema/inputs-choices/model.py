from cog import BaseRunner, Input

SIZES = [256, 512]
MORE = (768, 1024)
STYLES = {"plain": 1, "bold": 2}
NAMES = {"a": "alpha", "b": "beta"}


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(choices=["x", "y"]),
        b: int = Input(choices=SIZES, default=256),
        c: int = Input(choices=MORE, default=768),
        d: str = Input(choices=list(STYLES.keys()), default="plain"),
        e: str = Input(choices=list(NAMES.values()) + ["gamma"], default="alpha"),
        f: int = Input(choices=SIZES + [1] + [2]),
        g: str = Input(choices=[]),
        h: str = Input(choices=None, default=""),
        i: float = Input(choices=[0.5, 1.0], default=0.5),
    ) -> str:
        return a
