from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: int = 1_000,
        b: int = 0xFF,
        c: int = 0b101,
        d: int = 0o17,
        e: int = -3,
        f: float = 1.0,
        g: float = 0.5,
        h: float = 1e-4,
        i: float = 1_0.5,
        j: float = 2,
        k: int = Input(default=-(2**31), ge=-(2**31), le=2**31 - 1),
        l: float = 1 / 8,
    ) -> float:
        return j
