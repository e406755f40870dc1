import typing as t

import cog
from cog import Input as Field
from cog import Path as P
from typing import Optional as Opt


class Runner(cog.BaseRunner):
    def run(
        self,
        a: cog.Path = cog.Input(description="A"),
        b: t.List[str] = Field(default=["x"]),
        c: P = Field(),
        d: Opt[int] = None,
        e: t.Optional[cog.Secret] = None,
    ) -> t.Dict[str, t.Any]:
        return {}
