from typing import Annotated, List, Optional

from cog import BaseRunner, Opaque


class Anything:
    pass


class Runner(BaseRunner):
    def run(
        self,
        a: Annotated[Anything, Opaque],
        b: Annotated[List[Anything], Opaque],
        c: Annotated[Optional[Anything], Opaque],
        d: Annotated[str, "only a note"] = "x",
    ) -> Annotated[List[Anything], Opaque]:
        return []
