"""Takes the noise out of a recording of speech."""

from __future__ import annotations

import tempfile
import wave
from array import array
from contextlib import closing

from cog import BaseRunner, Input, Path
from deep_filter import RATE, DeepFilter


class Runner(BaseRunner):
    def setup(self) -> None:
        with closing(DeepFilter(100)) as warm_up:
            warm_up.clean(array("f", bytes(4 * RATE)))

    def run(
        self,
        audio: Path = Input(description="16-bit WAV at 48 kHz, mono or stereo", accept=".wav,audio/wav"),
        attenuation: float = Input(description="Lower the noise by at most this many decibels", default=100, ge=0, le=100),
    ) -> Path:
        noisy = read_mono(audio)
        with closing(DeepFilter(attenuation)) as denoiser:
            clean = denoiser.clean(noisy)
        return write_mono(clean)


def read_mono(path: Path) -> array[float]:
    with wave.open(str(path)) as file:
        channels = file.getnchannels()
        if file.getframerate() != RATE or file.getsampwidth() != 2:
            raise ValueError(
                f"audio must be 16-bit WAV at {RATE} Hz, not {8 * file.getsampwidth()}-bit at {file.getframerate()} Hz"
            )
        values = array("h", file.readframes(file.getnframes()))
    scale = 1 / (32768 * channels)
    return array("f", (sum(frame) * scale for frame in zip(*[iter(values)] * channels)))


def write_mono(samples: array[float]) -> Path:
    path = Path(tempfile.mkdtemp()) / "clean.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(array("h", (round(max(-1, min(1, value)) * 32767) for value in samples)).tobytes())
    return path
