import io
import os
from typing import Any, List, Optional

import numpy as np
import torch
import whisper
from cog import BaseModel, BasePredictor, Input, Path
from languages import LANGUAGES, TO_LANGUAGE_CODE
from whisper.model import Whisper


class Segment(BaseModel):
    id: int
    start: float
    end: float
    text: str
    tokens: List[int]
    no_speech_prob: Optional[float] = None


class ModelOutput(BaseModel):
    detected_language: str
    transcription: str
    segments: Any
    parts: List[Segment]
    translation: Optional[str]
    txt_file: Optional[Path]
    srt_file: Optional[Path]


class Predictor(BasePredictor):
    def setup(self):
        self.models = {}

    def predict(
        self,
        audio: Path = Input(description="Audio file", accept="audio/*,video/*"),
        model: str = Input(
            default="large-v3",
            choices=["tiny", "base", "large-v3"],
            description="Choose a Whisper model.",
        ),
        transcription: str = Input(
            choices=["plain text", "srt", "vtt"],
            default="plain text",
            description="Choose the format for the transcription",
        ),
        translate: bool = Input(default=False, description="Translate the text to English when set to True"),
        language: str = Input(
            choices=["auto"] + sorted(LANGUAGES.keys()) + sorted([k.title() for k in TO_LANGUAGE_CODE.keys()]),
            default="auto",
            description="language spoken in the audio, or 'auto'",
        ),
        temperature: float = Input(default=0, description="temperature to use for sampling"),
        patience: float = Input(default=None, description="optional patience value to use in beam decoding"),
        suppress_tokens: str = Input(
            default="-1",
            description="comma-separated list of token ids to suppress during sampling; "
            "'-1' will suppress most special characters except common punctuations",
        ),
        initial_prompt: str = Input(default=None, description="optional text to provide as a prompt"),
        condition_on_previous_text: bool = Input(default=True),
        logprob_threshold: float = Input(default=-1.0, description="average log probability"),
    ) -> ModelOutput:
        raise NotImplementedError
