"""Reads one handwritten digit, with the weights that train.py made."""

import joblib
import numpy as np
from cog import BaseRunner, Input, Path
from PIL import Image, ImageOps


class Runner(BaseRunner):
    def setup(self, weights: Path = None) -> None:
        """`weights` is the value of COG_WEIGHTS; without it, the file that `cog train` leaves is taken."""
        weights = Path(weights or "weights")
        if not weights.exists():
            raise FileNotFoundError(f"no weights at {weights}: make them with `cog train`, or name them in COG_WEIGHTS")
        self.classifier = joblib.load(weights)

    def run(self, image: Path = Input(description="One dark digit on a light ground", accept="image/*")) -> int:
        return int(self.classifier.predict([pixels(image)])[0])


def pixels(path: Path) -> np.ndarray:
    """What scikit-learn's digits look like: 8 by 8, the ink from 0 to 16, the digit filling the height."""
    with Image.open(path) as image:
        ink = ImageOps.autocontrast(ImageOps.invert(image.convert("L")))
    ink = ink.crop(ink.point(lambda value: 255 * (value > 64)).getbbox())
    square = ImageOps.pad(ink, (32, 32), color=0)
    return np.asarray(square.resize((8, 8), Image.Resampling.BOX), dtype=float).ravel() / 255 * 16
