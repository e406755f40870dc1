from typing import List

import torch
from cog import BaseRunner, Input, Path
from diffusers import FluxPipeline

ASPECT_RATIOS = {"1:1": (1024, 1024), "16:9": (1344, 768), "9:16": (768, 1344), "custom": None}


class Runner(BaseRunner):
    def setup(self, weights: Path = None):
        self.weights = weights

    @torch.no_grad()
    def run(
        self,
        prompt: str,
        aspect_ratio: str = Input(choices=list(ASPECT_RATIOS.keys()), default="1:1"),
        width: int = Input(default=None, ge=256, le=1440),
        lora_scale: float = Input(default=1.0, ge=-1, le=3),
        seed: int = None,
    ) -> List[Path]:
        return []
