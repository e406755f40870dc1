import dataclasses
from dataclasses import dataclass, field
from typing import ClassVar, List, Optional

from cog import BaseRunner


@dataclass
class Inner:
    x: int


@dataclasses.dataclass(frozen=True)
class Out:
    limit: ClassVar[int] = 3
    inner: Inner
    tags: List[str] = field(default_factory=list)
    note: Optional[str] = None


class Runner(BaseRunner):
    def run(self) -> Out:
        return Out(Inner(1))
