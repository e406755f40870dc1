import typing
from typing import NotRequired, TypedDict

from cog import BaseRunner

Box = TypedDict("Box", {"x": int, "class": str, "with-dash": NotRequired[float]})
Partial = typing.TypedDict("Partial", {"box": Box, "boxes": "list[Box]"}, total=False)


class Runner(BaseRunner):
    def run(self, box: Box) -> Partial:
        return {}
