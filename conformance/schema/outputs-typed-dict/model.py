from typing import List, Optional

from cog import BaseRunner
from typing_extensions import NotRequired, Required, TypedDict


class Base(TypedDict):
    a: int
    maybe: Optional[str]


class Out(Base, total=False):
    b: str
    c: Required[List[int]]


class More(TypedDict):
    out: Out
    d: NotRequired[str]


class Runner(BaseRunner):
    def run(self) -> More:
        return {"out": {"a": 1, "maybe": None, "c": []}}
