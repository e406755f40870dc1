from cog import BaseModel, Input, Path


class TrainingOutput(BaseModel):
    weights: Path


class Trainer:
    def setup(self) -> None:
        pass

    def train(
        self,
        data: Path = Input(description="zip of images", accept=".zip"),
        mode: str = Input(choices=["lora", "full"], default="lora"),
        steps: int = Input(default=1000, ge=1),
    ) -> TrainingOutput:
        return TrainingOutput(weights=data)
