from pydantic import BaseModel


class Deep(BaseModel):
    y: float


class Chained(BaseModel):
    z: bool


from pkg.again import Unused  # the two import each other
