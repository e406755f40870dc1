"""Frames as bytes: the Python end of ``packages/core/src/wire/worker.ts`` (which says what each one means)."""

from __future__ import annotations

from struct import Struct
from typing import List, NamedTuple, Optional, Tuple

PREDICT = 1
CANCEL = 2
HEALTHCHECK = 3
INSPECT = 4
SHUTDOWN = 5
READY = 16
SETUP_FAILED = 17
LOG = 18
OUTPUT = 19
DONE = 20
FAILED = 21
CANCELED = 22
METRIC = 23
HEALTH = 24
INTERFACE = 25

KIND_NAMES = {
    PREDICT: "predict",
    CANCEL: "cancel",
    HEALTHCHECK: "healthcheck",
    INSPECT: "inspect",
    SHUTDOWN: "shutdown",
    READY: "ready",
    SETUP_FAILED: "setupFailed",
    LOG: "log",
    OUTPUT: "output",
    DONE: "done",
    FAILED: "failed",
    CANCELED: "canceled",
    METRIC: "metric",
    HEALTH: "health",
    INTERFACE: "interface",
}

FLAG_FILES = 1
FLAG_ITERATED = 2
FLAG_RAW_PENDING = 4
FLAG_SPILLED = 8

STDOUT = 1
STDERR = 2

SPILL_BYTES = 6 * 1024 * 1024

_HEADER = Struct("<IBBI")
_LENGTH = Struct("<I")
_LOG_HEAD = Struct("<BI")
HEADER_BYTES = _HEADER.size
_REST_OF_HEADER = HEADER_BYTES - _LENGTH.size

NO_LOGS = _LENGTH.pack(0)

LogEntry = Tuple[int, str]
"""STDOUT or STDERR, and text."""


class Frame(NamedTuple):
    kind: int
    flags: int
    sequence: int
    body: bytes


def encode_frame(kind: int, flags: int, sequence: int, body: bytes) -> bytes:
    return _HEADER.pack(_REST_OF_HEADER + len(body), kind, flags, sequence) + body


def encode_logs(entries: List[LogEntry]) -> bytes:
    """Without the length that precedes logs in the body of an output or an ending."""
    pieces: List[bytes] = []
    for source, text in entries:
        data = text.encode("utf-8", "replace")
        pieces.append(_LOG_HEAD.pack(source, len(data)))
        pieces.append(data)
    return b"".join(pieces)


def with_logs(logs: bytes, payload: bytes) -> bytes:
    """The body of output, done, failed and canceled."""
    return _LENGTH.pack(len(logs)) + logs + payload if logs else NO_LOGS + payload


def decode_logs(data: bytes) -> List[LogEntry]:
    entries: List[LogEntry] = []
    at = 0
    while at < len(data):
        source, length = _LOG_HEAD.unpack_from(data, at)
        at += _LOG_HEAD.size
        entries.append((source, data[at : at + length].decode("utf-8")))
        at += length
    return entries


def split_body(body: bytes) -> Tuple[bytes, bytes]:
    """The logs and the payload of an output, done, failed or canceled."""
    (length,) = _LENGTH.unpack_from(body)
    start = _LENGTH.size
    return body[start : start + length], body[start + length :]


class FrameReader:
    """Cuts a stream of bytes into frames, however it was cut into reads."""

    def __init__(self) -> None:
        self._pieces: List[bytes] = []
        self._size = 0
        self._needed = HEADER_BYTES

    def feed(self, data: bytes) -> List[Frame]:
        """Add bytes; the frames they complete come back."""
        # A whole frame in one read, the common case, is not copied into a buffer first.
        self._size += len(data)
        self._pieces.append(data)
        if self._size < self._needed:
            return []
        data = data if len(self._pieces) == 1 else b"".join(self._pieces)
        frames: List[Frame] = []
        at = 0
        while True:
            frame, at = self._cut(data, at)
            if frame is None:
                break
            frames.append(frame)
        rest = data[at:] if at else data
        self._pieces = [rest] if rest else []
        self._size = len(rest)
        return frames

    def _cut(self, data: bytes, at: int) -> Tuple[Optional[Frame], int]:
        if len(data) - at < HEADER_BYTES:
            self._needed = HEADER_BYTES
            return None, at
        length, kind, flags, sequence = _HEADER.unpack_from(data, at)
        end = at + _LENGTH.size + length
        if len(data) < end:
            self._needed = end - at
            return None, at
        return Frame(kind, flags, sequence, data[at + HEADER_BYTES : end]), end
