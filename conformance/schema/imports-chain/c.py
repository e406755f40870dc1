from cog import BaseModel


class Real(BaseModel):
    x: int
