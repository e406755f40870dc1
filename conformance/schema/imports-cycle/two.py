import one
from cog import BaseModel


class Second(BaseModel):
    first: "one.First"
