"""Makes weights.npz out of the weights inside the package textgenrnn 2.0.0.

The package itself asks for TensorFlow, of which nothing is needed here:
    pip install --no-deps textgenrnn==2.0.0 && pip install numpy h5py && python make_weights.py
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import h5py
import numpy as np

package = Path(find_spec("textgenrnn").origin).parent
vocabulary = json.loads((package / "textgenrnn_vocab.json").read_text())
characters = [""] * (len(vocabulary) + 1)
for character, index in vocabulary.items():
    characters[index] = character


def lstm(name: str, group: h5py.Group) -> dict[str, np.ndarray]:
    """The layers were trained with cuDNN, which keeps each gate's matrix transposed and the bias in two halves."""
    kernel, recurrent, bias = (group[f"{part}:0"][()] for part in ("kernel", "recurrent_kernel", "bias"))
    return {
        f"{name}_kernel": np.hstack([gate.T.reshape(gate.shape, order="F") for gate in np.hsplit(kernel, 4)]),
        f"{name}_recurrent": np.hstack([gate.T for gate in np.hsplit(recurrent, 4)]),
        f"{name}_bias": bias[: bias.size // 2] + bias[bias.size // 2 :],
    }


with h5py.File(package / "textgenrnn_weights.hdf5") as source:
    np.savez_compressed(
        Path(__file__).parent / "weights.npz",
        characters=np.array(characters),
        embedding=source["embedding/embedding/embeddings:0"][()],
        **lstm("lstm1", source["rnn_1/rnn_1"]),
        **lstm("lstm2", source["rnn_2/rnn_2"]),
        attention=source["attention/attention/attention_W:0"][()][:, 0],
        output_kernel=source["output/output/kernel:0"][()],
        output_bias=source["output/output/bias:0"][()],
    )
