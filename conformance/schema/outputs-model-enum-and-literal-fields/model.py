from enum import Enum
from typing import List, Literal

from cog import BaseModel, BaseRunner


class Label(str, Enum):
    CAT = "cat"
    DOG = "dog"


class Result(BaseModel):
    label: Label
    level: Literal[1, 2]
    others: List[Label]


class Runner(BaseRunner):
    def run(self) -> Result:
        return Result(Label.CAT, 1, [])
