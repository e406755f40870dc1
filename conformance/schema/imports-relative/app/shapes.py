from enum import Enum

from cog import BaseModel

from ..common import Meta


class Kind(Enum):
    BIG = "big"


class Box(BaseModel):
    x: int
    meta: Meta
