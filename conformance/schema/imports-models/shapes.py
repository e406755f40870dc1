from typing import List as Many

from cog import BaseModel as Model


class Point(Model):
    x: int


class Box(Model):
    points: Many[Point]
