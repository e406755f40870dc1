# Prediction interface for Cog
# https://cog.run/python

import random

# We need to set `TRANSFORMERS_CACHE` before any imports
import os

os.environ["TRANSFORMERS_CACHE"] = "/src/models"

from typing import Optional

import torch
import torchaudio
from audiocraft.models import MusicGen
from cog import BasePredictor, Input, Path


class Predictor(BasePredictor):
    def setup(self, weights: Optional[Path] = None):
        self.device = "cuda"

    def _load_model(self, model_path, cls: Optional[type] = None, model_id: Optional[str] = None):
        return cls

    def predict(
        self,
        model_version: str = Input(
            description="Model to use for generation",
            default="stereo-melody-large",
            choices=[
                "stereo-melody-large",
                "stereo-large",
                "melody-large",
                "large",
            ],
        ),
        prompt: str = Input(description="A description of the music you want to generate.", default=None),
        input_audio: Path = Input(
            description="An audio file that will influence the generated music. If `continuation` is `True`, the generated music will be a continuation of the audio file.",
            default=None,
        ),
        duration: int = Input(description="Duration of the generated audio in seconds.", default=8),
        continuation: bool = Input(default=False),
        continuation_start: int = Input(default=0, ge=0),
        continuation_end: int = Input(default=None, ge=0),
        normalization_strategy: str = Input(default="loudness", choices=["loudness", "clip", "peak", "rms"]),
        top_k: int = Input(default=250),
        top_p: float = Input(default=0.0),
        temperature: float = Input(default=1.0),
        classifier_free_guidance: int = Input(default=3),
        output_format: str = Input(default="wav", choices=["wav", "mp3"]),
        seed: int = Input(description="Seed for random number generator. If None or -1, a random seed will be used.", default=None),
    ) -> Path:
        if prompt is None and input_audio is None:
            raise ValueError("Must provide either prompt or input_audio")
        return Path("out.wav")


# From https://gist.github.com/gatheluck/c57e2a40e3122028ceaecc3cb0d152ac
def set_all_seeds(seed):
    random.seed(seed)
