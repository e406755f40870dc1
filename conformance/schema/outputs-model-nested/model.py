from typing import Dict, List, Optional

from cog import BaseModel, BaseRunner, Path


class Point(BaseModel):
    x: float
    y: float = 0.0


class Box(BaseModel):
    corner: Point
    others: List[Point]
    named: Dict[str, Point]
    maybe: Optional[Point] = None
    mask: Optional[Path]


class Runner(BaseRunner):
    def run(self) -> Box:
        return Box(Point(1), [], {})
