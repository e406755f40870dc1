import dataclasses
from dataclasses import dataclass
from typing import List, Optional

from cog import BaseRunner, Path


@dataclass
class Base:
    name: str


@dataclasses.dataclass(frozen=True)
class Plain:
    value: float = 1.5


@dataclass
class Output(Base):
    parts: List[Plain]
    file: Optional[Path] = None
    tags: List[str] = dataclasses.field(default_factory=list)


class Runner(BaseRunner):
    def run(self) -> Output:
        return Output("a", [])
