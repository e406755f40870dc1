"""The forward pass of textgenrnn's character network, in numpy.

Forty characters go in, a probability for each possible next character comes out:
embedding, two LSTM layers, an average over time weighted by attention, one dense layer.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

WINDOW = 40


class CharacterNetwork:
    def __init__(self, weights: Path) -> None:
        with np.load(weights) as arrays:
            self._weights = {name: arrays[name] for name in arrays.files}
        self.characters: list[str] = self._weights.pop("characters").tolist()
        """What an index stands for; 0 is padding and every character the network does not know."""
        self.start_and_end = self.characters.index("<s>")
        self._index_of = {character: index for index, character in enumerate(self.characters) if index}

    def encode(self, text: str) -> list[int]:
        return [self._index_of.get(character, 0) for character in text]

    def next_probabilities(self, indices: list[int]) -> np.ndarray:
        window = indices[-WINDOW:]
        embedded = self._weights["embedding"][[0] * (WINDOW - len(window)) + window]
        first = self._lstm("lstm1", embedded)
        second = self._lstm("lstm2", first)
        features = np.concatenate([embedded, first, second], axis=1)
        average = _softmax(features @ self._weights["attention"]) @ features
        return _softmax(average @ self._weights["output_kernel"] + self._weights["output_bias"])

    def _lstm(self, layer: str, steps: np.ndarray) -> np.ndarray:
        from_input = steps @ self._weights[f"{layer}_kernel"] + self._weights[f"{layer}_bias"]
        recurrent = self._weights[f"{layer}_recurrent"]
        size = recurrent.shape[0]
        hidden, cell = np.zeros(size, np.float32), np.zeros(size, np.float32)
        states = np.empty((len(steps), size), np.float32)
        for time, gates in enumerate(from_input):
            total = gates + hidden @ recurrent
            keep_input, forget, show = (_sigmoid(total[gate * size : (gate + 1) * size]) for gate in (0, 1, 3))
            cell = forget * cell + keep_input * np.tanh(total[2 * size : 3 * size])
            hidden = show * np.tanh(cell)
            states[time] = hidden
        return states


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _softmax(x: np.ndarray) -> np.ndarray:
    exponentials = np.exp(x - x.max())
    return exponentials / exponentials.sum()
