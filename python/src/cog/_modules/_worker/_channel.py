"""The socket to the server: whole frames in, whole frames out, from any thread.

Sending is blocking: a server that does not read holds the model up, rather than filling memory.
"""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from typing import BinaryIO, Callable, Iterator, List, Optional, Tuple

from ._frames import (
    FLAG_SPILLED,
    SPILL_BYTES,
    Frame,
    FrameReader,
    encode_frame,
    with_logs,
)

# A larger buffer would be mapped and unmapped by every call, which halves the rate.
READ_BYTES = 64 * 1024

# Yields closer together than this are gathered into one write, up to so many.
_GATHER_SECONDS = 0.0005
_GATHER_FRAMES = 256


class Channel:
    def __init__(self, connection: socket.socket, spill_folder: str) -> None:
        self.connection = connection
        self._spill_folder = spill_folder
        self._spilled = 0
        self._lock = Lock()
        self._reader = FrameReader()
        self._gathered: List[bytes] = []
        self._last_send = 0.0
        self._flush_soon: Optional[Callable[[], None]] = None

    def defer(self, flush_soon: Callable[[], None]) -> None:
        """From now on gather all results; ``flush_soon`` is called after each and has ``flush`` called."""
        self._flush_soon = flush_soon

    def fileno(self) -> int:
        return self.connection.fileno()

    def receive(self) -> Optional[List[Frame]]:
        """Wait for bytes; the frames they complete (maybe none yet). None when the server is gone."""
        try:
            data = self.connection.recv(READ_BYTES)
        except OSError:
            return None
        return self._reader.feed(data) if data else None

    def receive_waiting(self) -> Optional[List[Frame]]:
        """The frames that are there already, without waiting."""
        frames: List[Frame] = []
        while True:
            try:
                data = self.connection.recv(READ_BYTES, socket.MSG_DONTWAIT)
            except (BlockingIOError, InterruptedError):
                return frames
            except OSError:
                return None
            if not data:
                return None
            frames += self._reader.feed(data)
            if len(data) < READ_BYTES:
                return frames

    def send(self, kind: int, sequence: int, body: bytes = b"", flags: int = 0) -> None:
        """Send now, after whatever was gathered."""
        self._write(encode_frame(kind, flags, sequence, body))

    def send_unless_busy(self, kind: int, sequence: int, body: Callable[[], bytes]) -> bool:
        """Send what ``body`` gives, if it gives anything; False, without asking it, while somebody else is sending."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            data = body()
            if data:
                self._write_locked(encode_frame(kind, 0, sequence, data))
        finally:
            self._lock.release()
        return True

    def send_result(self, kind: int, sequence: int, logs: bytes, payload: bytes, flags: int = 0) -> None:
        """Send an ending: done, failed or canceled."""
        frame = encode_frame(kind, flags, sequence, with_logs(logs, payload))
        if self._flush_soon is None:
            self._write(frame)
        else:
            self.post(frame)
            self._flush_soon()

    def send_yield(self, kind: int, sequence: int, logs: bytes, payload: bytes, flags: int = 0) -> None:
        """Send an output frame now, or with others when they follow each other fast (``flush`` is called every few ms)."""
        frame = encode_frame(kind, flags, sequence, with_logs(logs, payload))
        now = monotonic()
        if self._flush_soon is not None:
            self.post(frame)
            self._flush_soon()
        elif now - self._last_send > _GATHER_SECONDS or len(self._gathered) >= _GATHER_FRAMES:
            self._write(frame)
        else:
            self.post(frame)

    def post(self, frame: bytes) -> None:
        """Send with the next write, or the next ``flush``."""
        with self._lock:
            self._gathered.append(frame)

    def flush(self) -> None:
        if self._gathered:
            self._write(b"")

    def close(self) -> None:
        self.connection.close()

    def spilled(self, payload: bytes, flags: int) -> Tuple[bytes, int]:
        """What to send for a payload: itself, or the path of a file when it is large. Raises when the disk is full."""
        if len(payload) <= SPILL_BYTES:
            return payload, flags
        with self._lock:
            self._spilled += 1
            number = self._spilled
        path = os.path.join(self._spill_folder, f"out-{os.getpid()}-{number}.json")
        with new_file(path) as file:
            file.write(payload)
        return path.encode(), flags | FLAG_SPILLED

    def _write(self, frame: bytes) -> None:
        with self._lock:
            self._write_locked(frame)

    def _write_locked(self, frame: bytes) -> None:
        if self._gathered:
            self._gathered.append(frame)
            frame = b"".join(self._gathered)
            self._gathered.clear()
        self._last_send = monotonic()
        try:
            self.connection.sendall(frame)
        except OSError:
            pass  # The server is gone; the reading side notices and ends the process.


@contextmanager
def new_file(path: str) -> Iterator[BinaryIO]:
    """A file to write, of which nothing stays when that fails: half a file would keep a full disk full."""
    try:
        with open(path, "wb") as file:
            yield file
    except BaseException:
        try:
            os.unlink(path)
        except OSError:
            pass  # It was never there.
        raise


def unspill(flags: int, body: bytes) -> bytes:
    """The payload of a frame whose body is only a payload."""
    if not flags & FLAG_SPILLED:
        return body
    path = body.decode()
    with open(path, "rb") as file:
        data = file.read()
    os.unlink(path)
    return data
