from cog import BaseModel


class Box(BaseModel):
    b: str


class Wrapped(BaseModel):
    box: Box
