from typing import List

import torch
from cog import Input, Path
from common import CommonInputs, ImageRunner
from controlnet_aux import CannyDetector, MidasDetector

PROCESSORS = {
    "canny": CannyDetector,
    "depth": MidasDetector,
    "none": None,
}


class Runner(ImageRunner):
    def run(
        self,
        prompt: str = CommonInputs.prompt,
        control_image: Path = Input(description="Control image"),
        control_type: str = Input(choices=sorted(PROCESSORS.keys()), default="canny"),
        condition_scale: float = CommonInputs.scale(default=0.5, le=2),
        guidance_scale: float = CommonInputs.scale(7.5, le=30),
        steps: int = CommonInputs.steps(),
        seed: int = CommonInputs.seed,
    ) -> List[Path]:
        return self.save([])
