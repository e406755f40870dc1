from pydantic import BaseModel
from pkg.again import Unused


class Deep(BaseModel):
    y: float


class Chained(BaseModel):
    z: bool
