from cog import BaseModel


class Out(BaseModel):
    n: int
