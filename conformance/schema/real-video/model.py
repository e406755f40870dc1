from __future__ import annotations

import typing as tp

import torch
from cog import BaseRunner, Input, Path
from cog import current_scope as scope
from diffusers.utils import export_to_video

SIZES: tp.Final = ["480p", "720p"]
FPS = {"slow": 8, "normal": 16, "fast": 24}


class Runner(BaseRunner):
    pipe: tp.Any

    def setup(self) -> None:
        self.pipe = None

    def run(
        self,
        prompt: str = Input(description="Text prompt for video generation"),
        first_frame: tp.Optional[Path] = Input(default=None, accept="image/*"),
        last_frame: tp.Optional[Path] = Input(default=None, accept="image/*"),
        size: str = Input(choices=SIZES, default=SIZES[-1]),
        speed: str = Input(choices=list(FPS), default="normal"),
        num_frames: int = Input(default=81, choices=[16 * n + 1 for n in range(1, 8)]),
        shift: float = Input(default=5.0, ge=1, le=20),
        negative_prompt: tp.Optional[str] = None,
        seed: tp.Optional[int] = None,
        fast_mode: tp.Literal["Off", "Balanced", "Fast"] = "Balanced",
    ) -> tp.Iterator[Path]:
        """Yield the preview, then the video."""
        scope().record_metric("frames", num_frames)
        yield Path("preview.mp4")
        yield Path("video.mp4")
