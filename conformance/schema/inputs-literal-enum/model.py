from enum import Enum, IntEnum
from typing import List, Literal, Optional

from cog import BaseRunner, Input


class Mode(str, Enum):
    FAST = "fast"
    BEST = "best"


class Level(IntEnum):
    LOW = 1
    HIGH = 2


class Runner(BaseRunner):
    def run(
        self,
        a: Literal["x", "y"],
        b: Mode = Mode.FAST,
        c: Level = Input(default=Level.HIGH, description="C"),
        d: Optional[Literal["p", "q"]] = None,
        e: List[Literal["m", "n"]] = Input(default=["m"]),
        f: str = Input(choices=list(Mode), default=Mode.BEST.value),
        g: str = Input(choices=[m.value for m in Mode], default="fast"),
        h: Literal[1, 2, None] = 1,
    ) -> Mode:
        return b
