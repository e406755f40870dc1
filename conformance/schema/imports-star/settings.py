from cog import BaseModel

NAMES = ["a", "b"]
DEFAULT = NAMES[0]
_HIDDEN = 1


class Out(BaseModel):
    name: str
