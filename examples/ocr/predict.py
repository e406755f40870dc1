"""Reads the text in a picture. Written for the older interface (BasePredictor, predict), which keeps working."""

from typing import List

import numpy as np
from cog import BaseModel, BasePredictor, Input, Path
from rapidocr import RapidOCR


class Line(BaseModel):
    text: str
    score: float
    box: List[List[int]]


class Predictor(BasePredictor):
    def setup(self) -> None:
        self.engine = RapidOCR(params={"Global.log_level": "error"})
        # The first call prepares the networks for two seconds; a blank page pays for that here.
        self.engine(np.full((640, 480, 3), 255, dtype=np.uint8), use_det=True)

    def predict(
        self,
        image: Path = Input(description="Photo or scan", accept="image/*"),
        min_score: float = Input(description="Leave out lines read with less certainty", default=0.5, ge=0, le=1),
    ) -> List[Line]:
        """The lines of text from top to bottom; a box is four corners [x, y], clockwise from the top left."""
        found = self.engine(str(image), text_score=min_score)
        if found.txts is None:
            return []
        return [
            Line(text=text, score=round(float(score), 3), box=[[round(x), round(y)] for x, y in box.tolist()])
            for text, score, box in zip(found.txts, found.scores, found.boxes)
        ]
