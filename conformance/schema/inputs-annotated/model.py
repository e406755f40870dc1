from typing import Annotated, Optional

from cog import BaseRunner, Input, Opaque, Path

Prompt = Annotated[str, "what to draw"]


class Config:
    pass


class Runner(BaseRunner):
    def run(
        self,
        a: Prompt,
        b: Annotated[int, "steps"] = Input(default=3, ge=1),
        c: Annotated[Optional[Path], "mask"] = None,
        d: Annotated[Config, "x", Opaque] = {},
        e: Annotated[Optional[list[Config]], Opaque] = None,
        f: Optional[Annotated[str, "inner"]] = None,
    ) -> Annotated[str, "caption"]:
        return a
