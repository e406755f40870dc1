import json
from typing import List, Optional

import numpy as np
import torch
from cog import BaseModel, BaseRunner, Input, Path
from PIL import Image
from segment_anything import SamAutomaticMaskGenerator, sam_model_registry


class Box(BaseModel):
    x: float
    y: float
    width: float
    height: float


class Mask(BaseModel):
    mask: Path
    box: Box
    area: int
    score: float


class Output(BaseModel):
    combined_mask: Path
    individual_masks: List[Mask]


class Runner(BaseRunner):
    def setup(self) -> None:
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        self.sam = sam_model_registry["vit_h"](checkpoint="weights/sam.pth")

    def run(
        self,
        image: Path = Input(description="Input image"),
        points: str = Input(description="Clicks as JSON, e.g. [[x, y]]", default="[]"),
        points_per_side: int = Input(default=32, ge=1, le=128),
        pred_iou_thresh: float = Input(default=0.88, ge=0, le=1),
        stability_score_thresh: float = Input(default=0.95, ge=0, le=1),
        use_m2m: bool = True,
    ) -> Output:
        raise NotImplementedError
