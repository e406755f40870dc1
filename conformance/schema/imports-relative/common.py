from cog import BaseModel

SIZES = [1, 2]


class Meta(BaseModel):
    note: str
