from typing import Optional

from cog import BaseModel


class Caption(BaseModel):
    text: str
    score: Optional[float] = None
