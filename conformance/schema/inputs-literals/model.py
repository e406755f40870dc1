from typing import Literal, Optional

from cog import BaseRunner, Input

Size = Literal["small", "large"]
ONE = "only"


class Runner(BaseRunner):
    def run(
        self,
        a: Size,
        b: Literal[1, 2, 3] = 2,
        c: Literal["x"] = "x",
        d: Optional[Size] = None,
        e: Literal["u", None] = None,
        f: list[Literal["p", "q"]] = ["p"],
        g: Size = Input(default="large", description="how big"),
    ) -> Size:
        return a
