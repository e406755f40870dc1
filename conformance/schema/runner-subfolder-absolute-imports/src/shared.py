from cog import BaseModel

LIMIT = 7


class Out(BaseModel):
    n: int
