import random
import time
from collections import OrderedDict
from typing import Any, List, Optional

import torch
from cog import BasePredictor, ConcatenateIterator, Input, Path
from config import DEFAULT_MODEL_NAME, MAX_LENGTH, load_tokenizer
from subclass import YieldingLlama

TENSORIZER_WEIGHTS_PATH = "gs://bucket/llama.tensors"


class Predictor(BasePredictor):
    def setup(self, weights: Optional[Path] = None):
        if weights is not None and weights.name == "weights":
            weights = None
        self.tokenizer = load_tokenizer()

    def predict(
        self,
        prompt: str = Input(description=f"Prompt to send to {DEFAULT_MODEL_NAME}."),
        max_length: int = Input(
            description="Maximum number of tokens to generate. A word is generally 2-3 tokens",
            ge=1,
            default=MAX_LENGTH,
        ),
        temperature: float = Input(
            description="Adjusts randomness of outputs, greater than 1 is random and 0 is deterministic, 0.75 is a good starting value.",
            ge=0.01,
            le=5,
            default=0.75,
        ),
        top_p: float = Input(ge=0.01, le=1.0, default=1.0),
        repetition_penalty: float = Input(ge=0.01, le=5, default=1),
        debug: bool = Input(description="provide debugging output in logs", default=False),
    ) -> ConcatenateIterator[str]:
        with torch.inference_mode():
            yield prompt


class EightBitPredictor(Predictor):
    """subclass s.t. we can configure whether a model is loaded in 8bit mode from cog.yaml"""

    def setup(self, weights: Optional[Path] = None):
        super().setup(weights)
