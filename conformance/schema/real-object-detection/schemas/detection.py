from typing import List as Many

from cog import BaseModel as Base

from .geometry import Box


class Detection(Base):
    label: str
    confidence: float
    box: Box
    keypoints: "Many[Many[float]]"


class Summary(Base):
    seconds: float = 0.0
    boxes: Many[Box]
