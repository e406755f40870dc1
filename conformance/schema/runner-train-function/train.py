from cog import BaseModel, Input, Path


class TrainingOutput(BaseModel):
    weights: Path


def train(data: Path, steps: int = Input(default=10, ge=1)) -> TrainingOutput:
    return TrainingOutput(weights=data)
