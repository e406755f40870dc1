import os
from enum import Enum

from cog import BaseRunner


class Mode(Enum):
    A = os.environ.get("A", "a")


class Mixed(Enum):
    A = "a"
    B = (1, 2)

class Runner(BaseRunner):
    def run(self, a: Mode) -> str:
        return ""
