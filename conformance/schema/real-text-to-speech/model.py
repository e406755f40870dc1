import os
from enum import Enum
from typing import Optional

import torch
from cog import BaseRunner, File, Input, Path
from TTS.api import TTS

os.environ["COQUI_TOS_AGREED"] = "1"


class Language(str, Enum):
    ENGLISH = "en"
    SPANISH = "es"
    FRENCH = "fr"


class Runner(BaseRunner):
    def setup(self):
        self.model = TTS("xtts_v2")

    def run(
        self,
        text: str = Input(description="Text to synthesize", default="Hi there", min_length=1, max_length=10_000),
        speaker: Path = Input(description="Original speaker audio (wav, mp3, m4a, ogg, or flv)", accept="audio/*"),
        language: Language = Input(default=Language.ENGLISH, description="Output language"),
        cleanup_voice: bool = Input(description="Whether to apply denoising", default=False),
        speed: float = Input(default=1.0, ge=0.5, le=2.0),
        old_sample: File = Input(default=None, deprecated=True),
    ) -> Path:
        return speaker
