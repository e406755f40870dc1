from typing import Any

from cog import BaseRunner, File, Input, Path, Secret


class Runner(BaseRunner):
    def run(
        self,
        a: list[bool],
        b: list[float] = [1, 2.5],
        c: list[Path] = Input(default=[], accept="image/*"),
        d: list[File] = [],
        e: list[dict] = [{"a": 1}],
        f: list[str] = ("x", "y"),
        g: list[int] = [*(1, 2), 3],
        h: list[Any] = [],
        i: list[Secret] = [],
    ) -> list[str]:
        return f
