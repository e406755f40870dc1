from enum import Enum
from typing import Dict

from cog import BaseRunner


class Label(str, Enum):
    A = "a"
    B = "b"


class Runner(BaseRunner):
    def run(self) -> Dict[str, Label]:
        return {"x": Label.A}
