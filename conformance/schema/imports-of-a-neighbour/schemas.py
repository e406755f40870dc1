from cog import BaseModel


class First(BaseModel):
    x: int


class Second(BaseModel):
    y: int
