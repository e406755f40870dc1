import io
from typing import List, Optional

from cog import BaseModel, Input, Path


class Output(BaseModel):
    weights: Path
    losses: List[float]
    note: Optional[str] = None


def train(
    param: str,
    lr: float = Input(default=1e-4, ge=0),
    resume: Path = Input(default=None),
) -> Output:
    return Output(weights=Path("w"), losses=[])
