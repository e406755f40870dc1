import enum
from enum import Enum, IntEnum
from typing import List, Optional


from cog import BaseRunner, Input


class Mode(str, Enum):
    FAST = "fast"
    SLOW = "slow"
    QUICK = "fast"


class Level(IntEnum):
    LOW = 1
    HIGH = 10


class Weight(enum.Enum):
    LIGHT = 0.5
    HEAVY = 2.5

    @property
    def grams(self) -> float:
        return self.value * 1000


class Runner(BaseRunner):
    def run(
        self,
        a: Mode,
        b: Mode = Mode.FAST,
        c: Optional[Mode] = None,
        d: Level = Level.HIGH,
        e: Weight = Input(default=Weight.LIGHT, description="how heavy"),
        f: List[Mode] = [Mode.SLOW],
        g: str = Mode.SLOW.value,
        h: Mode = "slow",
    ) -> Level:
        return d
