import os
import shutil
from typing import Optional
from zipfile import ZipFile

from cog import BaseModel, Input, Path, Secret
from settings import DEFAULT_RESOLUTION, OPTIMIZERS


class TrainingOutput(BaseModel):
    weights: Path
    log: Optional[Path] = None


def train(
    input_images: Path = Input(description="A .zip with the training images", accept=".zip,.tar"),
    trigger_word: str = Input(default="TOK", min_length=1, max_length=20),
    max_train_steps: int = Input(default=1000, ge=10, le=4000),
    resolution: str = Input(default=DEFAULT_RESOLUTION, regex=r"^\d+(,\d+)*$"),
    learning_rate: float = Input(default=4e-4),
    optimizer: str = Input(choices=OPTIMIZERS, default="adamw8bit"),
    lora_rank: int = Input(default=16, ge=1, le=128),
    caption_prefix: str = Input(default=None),
    hf_repo_id: str = Input(default=None),
    hf_token: Secret = Input(default=None),
    wandb_api_key: Secret = Input(default=None, description="W&B key"),
    resume: bool = False,
) -> TrainingOutput:
    return TrainingOutput(weights=Path("lora.tar"))
