import typing
from typing import List, Optional

import cog
from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(
        self,
        a: "str",
        b: "Optional[Path]" = None,
        c: Optional["Path"] = None,
        d: "List[str]" = Input(default=["x"]),
        e: typing.Optional["int"] = 3,
        f: "cog.Path" = "a.png",
        g: List["int"] = [],
    ) -> "List[Path]":
        return []
