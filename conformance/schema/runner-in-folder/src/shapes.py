from cog import BaseModel


class Size(BaseModel):
    width: int
