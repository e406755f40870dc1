from typing import List

from cog import BaseRunner, Input

SIZES = (256, 512, 1024)


class Runner(BaseRunner):
    def run(
        self,
        a: int = Input(choices=[1, 2, 4], default=1),
        b: float = Input(choices=[0.5, 1, 2.0]),
        c: int = Input(choices=SIZES, default=512, ge=1),
        d: List[int] = Input(choices=[1, 2], default=[1]),
        e: int = Input(choices=range(0, 10, 5), default=5),
        f: int = Input(choices=[x * 64 for x in range(1, 4)], default=64),
        g: str = Input(choices=[], default="free"),
    ) -> int:
        return a
