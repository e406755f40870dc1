from cog import BaseRunner, Input

MAX_SIDE = 2048
LIMIT = 1.5


class Runner(BaseRunner):
    def run(
        self,
        a: int = Input(ge=0, le=2**32 - 1),
        b: int = Input(default=64, ge=64, le=MAX_SIDE),
        c: float = Input(default=0.5, ge=-1.5, le=LIMIT),
        d: float = Input(default=1, ge=1e-3, le=1e3),
        e: str = Input(min_length=1, max_length=MAX_SIDE // 2),
        f: int = Input(default=None, ge=1),
        g: int = Input(default=3, ge=None, le=None),
    ) -> int:
        return b
