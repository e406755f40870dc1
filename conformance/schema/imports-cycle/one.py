from typing import Optional

from cog import BaseModel


class First(BaseModel):
    n: int = 0


from two import Second  # noqa: E402


class Third(Second):
    pass
