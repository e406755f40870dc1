import enum
from enum import Enum, auto

from cog import BaseRunner, Input

FIRST = "a"


class Numbers(enum.Enum):
    ONE = auto()
    TWO = auto()
    TEN = 10
    ELEVEN = auto()


class Letters(str, Enum):
    A = FIRST
    B = A + "b"

    def shout(self) -> str:
        return self.value.upper()


class Runner(BaseRunner):
    def run(self, n: Numbers = Numbers.TEN, x: Letters = Input(default=Letters.A), s: str = Letters.B.value) -> Numbers:
        return n
