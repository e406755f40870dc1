from typing import Dict, List, Optional

from cog import BaseModel, BaseRunner, Path

class Box(BaseModel):
    x: float
    label: Optional[str]


class Out(BaseModel):
    """What comes out."""

    text: str
    boxes: List[Box]
    by_name: Dict[str, Box]
    score: float = 1.0
    picture: Optional[Path] = None
    _private: int = 0

    def area(self) -> float:
        return 0.0


class Runner(BaseRunner):
    def run(self) -> List[Out]:
        return []
