from cog import BaseModel

NAME = "n"


class Out(BaseModel):
    x: int
