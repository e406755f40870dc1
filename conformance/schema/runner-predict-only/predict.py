from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def setup(self):
        """Load the model."""

    def predict(
        self,
        image: Path = Input(description="Grayscale input image"),
        scale: float = Input(description="Factor", ge=0, le=10, default=1.5),
    ) -> Path:
        """Run it."""
        return image
