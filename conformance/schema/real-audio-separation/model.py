import shlex
from typing import Optional

import demucs.separate
from cog import BaseModel, BaseRunner, Input, Path

STEM_OPTIONS = ["drums", "bass", "other", "vocals", "guitar", "piano"]
NO_STEM = "none"


class ModelOutput(BaseModel):
    vocals: Optional[Path]
    bass: Optional[Path]
    drums: Optional[Path]
    guitar: Optional[Path]
    piano: Optional[Path]
    other: Optional[Path]


class Runner(BaseRunner):
    def run(
        self,
        audio: Path = Input(description="Upload the file to be processed here.", accept="audio/*"),
        model_name: str = Input(default="htdemucs", choices=["htdemucs", "htdemucs_ft", "htdemucs_6s", "mdx"]),
        stem: str = Input(default=NO_STEM, choices=[NO_STEM, *STEM_OPTIONS]),
        clip_mode: str = Input(default="rescale", choices=["rescale", "clamp"]),
        shifts: int = Input(default=1, ge=1, le=10),
        overlap: float = Input(default=0.25),
        segment: int = Input(default=None),
        mp3_bitrate: int = Input(default=320),
        float32: bool = Input(default=False),
    ) -> ModelOutput:
        return ModelOutput(vocals=audio)
