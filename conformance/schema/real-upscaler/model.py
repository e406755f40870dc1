import tempfile
from pathlib import Path as FilePath
from typing import Literal, Optional

import cv2
import numpy as np
import torch
from basicsr.archs.rrdbnet_arch import RRDBNet
from cog import BaseRunner, Input, Path
from realesrgan import RealESRGANer

MODELS = ["general-x4", "anime-x4", "photo-x2"]
TILE_STEP = 64


class Runner(BaseRunner):
    def setup(self):
        self.upsamplers = {}

    def run(
        self,
        image: Path = Input(description="Picture to enlarge", accept="image/png,image/jpeg,image/webp"),
        reference: Optional[Path] = Input(description="Picture to take colours from", default=None, accept="image/*"),
        model: str = Input(choices=MODELS, default=MODELS[0]),
        scale: float = Input(description="Factor", default=4, ge=1, le=10),
        target_width: Optional[int] = Input(default=None, ge=1, le=2**14),
        target_height: Optional[int] = Input(default=None, ge=1, le=2**14),
        tile: int = Input(description="0 for none", default=4 * TILE_STEP, ge=0, le=16 * TILE_STEP),
        tile_pad: int = Input(default=10, ge=0),
        pre_pad: int = Input(default=0, ge=0),
        face_enhance: bool = Input(description="Run a face model as well", default=False),
        face_strength: float = Input(default=0.5, ge=0, le=1),
        denoise: float = Input(default=0.5, ge=0, le=1),
        sharpen: float = Input(default=0.0, ge=0, le=5),
        color_fix: Literal["none", "adain", "wavelet"] = "none",
        output_format: str = Input(choices=["png", "jpg", "webp"], default="png"),
        quality: int = Input(default=95, ge=1, le=100),
        half: bool = True,
        alpha: Literal["realesrgan", "bicubic"] = Input(default="realesrgan", description="How to enlarge alpha"),
        suffix: str = Input(default="out", max_length=32, regex=r"^[\w-]*$"),
        seed: int = Input(default=-1, ge=-1, le=2**31 - 1),
        tags: "list[str]" = [],
    ) -> Path:
        return image
