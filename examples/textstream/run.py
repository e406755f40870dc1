"""Writes on from a prompt, character by character, as they are made."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from cog import BaseRunner, ConcatenateIterator, Input, streaming
from network import CharacterNetwork


class Runner(BaseRunner):
    def setup(self) -> None:
        self.network = CharacterNetwork(Path(__file__).parent / "weights.npz")

    @streaming
    def run(
        self,
        prompt: str = Input(description="How the text begins", default=""),
        length: int = Input(description="Most characters to write", default=200, ge=1, le=5000),
        temperature: float = Input(description="0 always takes the likeliest character", default=0.5, ge=0, le=2),
        seed: int = Input(description="The same seed gives the same text; -1 is a new one each time", default=-1, ge=-1),
    ) -> ConcatenateIterator[str]:
        dice = random.Random(None if seed == -1 else seed)
        indices = [self.network.start_and_end, *self.network.encode(prompt)]
        for _ in range(length):
            chosen = choose(self.network.next_probabilities(indices), temperature, dice)
            if chosen == self.network.start_and_end:
                return
            indices.append(chosen)
            yield self.network.characters[chosen]


def choose(probabilities: np.ndarray, temperature: float, dice: random.Random) -> int:
    """An index drawn by its probability, made bolder or more even by the temperature. Never 0, which is padding."""
    logits = np.log(probabilities[1:].astype(np.float64) + 1e-7)
    if temperature == 0:
        return int(logits.argmax()) + 1
    chances = np.exp((logits - logits.max()) / temperature).cumsum()
    return int(chances.searchsorted(dice.random() * chances[-1], side="right")) + 1
