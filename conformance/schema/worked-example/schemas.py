from typing import Optional

from cog import BaseModel, Path


class Caption(BaseModel):
    text: str
    score: float
    crop: Optional[Path] = None
