from typing import Any, List

from cog import BaseModel, BasePredictor, Input, Path


class ModelOutput(BaseModel):
    file: Path
    text: str


class Predictor(BasePredictor):
    def setup(self):
        """Load the model into memory"""
        self.model = None

    def predict(
        self,
        image: Path = Input(description="Grayscale input image"),
        scale: float = Input(description="Factor to scale image by", ge=0, le=10, default=1.5),
    ) -> List[ModelOutput]:
        """Run a single prediction on the model"""
        return []
