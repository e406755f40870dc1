from pathlib import Path

from cog import BasePredictor, Input


class Runner(BasePredictor):
    def predict(self, image: Path = Input(description="x")) -> Path:
        return image
