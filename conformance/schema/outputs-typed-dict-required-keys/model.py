from typing import List, NotRequired, Optional, Required, TypedDict

from cog import BaseRunner, Path


class Base(TypedDict):
    id: int
    note: NotRequired[str]


class Output(Base, total=False):
    url: Required[Path]
    scores: List[float]
    maybe: Optional[str]
    id: str


class Runner(BaseRunner):
    def run(self) -> Output:
        return {"id": "1", "url": Path("a")}
