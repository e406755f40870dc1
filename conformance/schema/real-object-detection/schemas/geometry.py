from cog import BaseModel


class Box(BaseModel):
    x1: int
    y1: int
    x2: int
    y2: int
