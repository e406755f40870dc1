from typing import Literal, Optional

import torch
import trimesh
from cog import BaseModel, BaseRunner, Input, Path


class PredictOutput(BaseModel):
    mesh: Optional[Path] = None
    gaussian_ply: Optional[Path] = None
    color_video: Optional[Path] = None
    no_background_images: Optional[list[Path]] = None


class Runner(BaseRunner):
    def run(
        self,
        images: list[Path] = Input(description="One or several views"),
        texture_size: int = Input(default=1024, ge=512, le=2048),
        mesh_simplify: float = Input(default=0.95, ge=0.9, le=0.98),
        generate_color: bool = True,
        format: Literal["glb", "obj", "ply"] = "glb",
        seed: int = 0,
        randomize_seed: bool = True,
        sampling: dict[str, float] = {"slat_steps": 12, "cfg": 7.5},
    ) -> PredictOutput:
        return PredictOutput()
