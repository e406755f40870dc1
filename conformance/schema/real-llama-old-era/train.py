from cog import BaseModel, Input, Path


class TrainingOutput(BaseModel):
    weights: Path


def train(
    train_data: Path = Input(description="path to data file to use for fine-tuning your model"),
    eval_data: Path = Input(description="path to optional evaluation data file", default=None),
    weights: Path = Input(description="location of weights that are going to be fine-tuned", default=None),
    train_batch_size: int = Input(description="batch size per GPU", default=1, ge=1),
    learning_rate: float = Input(default=2e-5, ge=0),
    warmup_ratio: float = Input(default=0.03, ge=0, le=1),
) -> TrainingOutput:
    return TrainingOutput(weights=train_data)
