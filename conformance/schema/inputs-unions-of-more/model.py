from typing import Any, Optional, TypedDict, Union

from cog import BaseRunner, Input


class Box(TypedDict):
    x: int


class Runner(BaseRunner):
    def run(
        self,
        a: int | str | bool,
        b: Union[str, list[str]] = "x",
        c: str | list[str] | None = None,
        d: Optional[Union[int, float]] = 3,
        e: Union[int, None, str] = Input(description="no default"),
        f: Union[str, dict] = {},
        g: Union[str, Box, None] = None,
        h: Union[int, Union[float, str]] = 1.5,
        i: str | Any = "y",
    ) -> str:
        return ""
