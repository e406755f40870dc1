"""Synthesises noisy.wav: three vowels of a sung voice with pauses between them, in steady noise. Standard library only."""

import math
import random
import wave
from array import array

RATE = 48_000
# Seconds from, seconds to, pitch in Hz, the first three formants of the vowel in Hz.
VOWELS = [
    (0.6, 1.1, 118, (730, 1090, 2440)),  # a
    (1.4, 1.9, 132, (270, 2290, 3010)),  # i
    (2.2, 2.7, 110, (570, 840, 2410)),  # o
]
SECONDS = 3.0
NOISE_LEVEL = 0.03


def vowel(seconds, pitch, formants):
    """A buzz at the pitch, sent through one resonator a formant, as a throat would."""
    count = int(seconds * RATE)
    phase, signal = 0.0, []
    for n in range(count):
        phase += pitch * (1 + 0.02 * math.sin(2 * math.pi * 5 * n / RATE)) / RATE
        signal.append(1.0 if phase >= 1 else 0.0)
        phase %= 1
    for frequency in formants:
        radius = math.exp(-math.pi * 90 / RATE)
        a1, a2 = 2 * radius * math.cos(2 * math.pi * frequency / RATE), -radius * radius
        before, last = 0.0, 0.0
        for n, value in enumerate(signal):
            before, last = last, value * (1 - radius) + a1 * last + a2 * before
            signal[n] = last
    loudest = max(map(abs, signal))
    return [0.4 * value / loudest * min(1, n / 2400, (count - n) / 2400) for n, value in enumerate(signal)]


noise = random.Random(7)
samples = [noise.gauss(0, NOISE_LEVEL) for _ in range(int(SECONDS * RATE))]
for start, end, pitch, formants in VOWELS:
    for n, value in enumerate(vowel(end - start, pitch, formants)):
        samples[int(start * RATE) + n] += value

with wave.open("noisy.wav", "wb") as file:
    file.setparams((1, 2, RATE, 0, "NONE", ""))
    file.writeframes(array("h", (int(max(-1, min(1, value)) * 32767) for value in samples)).tobytes())
