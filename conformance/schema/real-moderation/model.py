from typing import Dict, Optional

import torch
from cog import BaseRunner, Input
from transformers import pipeline

LABELS = ("hate", "harassment", "violence")


class Runner(BaseRunner):
    async def setup(self) -> None:
        self.classify = pipeline("text-classification")

    async def run(
        self,
        text: str = Input(min_length=1),
        labels: list[str] = Input(choices=LABELS, default=list(LABELS)),
        threshold: float = Input(default=1 / 2, ge=0, le=1),
        context: Optional[dict[str, str]] = None,
    ) -> Dict[str, float]:
        return {label: 0.0 for label in labels}

    def healthcheck(self) -> bool:
        return torch.cuda.is_available()
