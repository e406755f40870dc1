"""``sys.stdout`` and ``sys.stderr`` of the worker, and the thread that sends what they collect.

``write`` only appends to the list of the prediction that runs in this context: no lock of ours can be held when a
cancel interrupts it. Lines are put together when the list is sent: with the next frame of that prediction, or after 20 ms.
"""

from __future__ import annotations

import io
import os
from collections import deque
from itertools import groupby
from operator import itemgetter
from threading import Lock, Thread
from time import sleep
from typing import Any, Callable, Deque, Dict, Iterable, List, Optional, Tuple

from .._scope import Scope, running
from ._channel import Channel
from ._frames import LOG, STDERR, STDOUT, LogEntry, encode_logs

_running = running.get

FLUSH_SECONDS = 0.02
# The thread keeps ticking for a while after the last output, because waking it costs more than a tick.
_IDLE_TICKS = 50

TRUNCATED = "[**** LOG LINE TRUNCATED AT 4 MiB ****]"
_MAX_WRITE_BYTES = 4 * 1024 * 1024
# In characters: what is shorter cannot have more bytes than that.
_LONG_WRITE = _MAX_WRITE_BYTES // 4


class Log:
    """What one prediction has written and nobody has sent yet. Sequence 0: setup, and later the container's log."""

    def __init__(self, sequence: int) -> None:
        self.sequence = sequence
        self.closed = False
        self.waiting = False
        # Held from taking entries until they are sent, so that they cannot overtake each other.
        self.lock = Lock()
        self._writes: Deque[Tuple[int, Optional[str]]] = deque()
        self.add: Callable[[Tuple[int, Optional[str]]], None] = self._writes.append
        """Take a source and its text; None asks for a partial line to be sent as it is."""
        self._partial: Dict[int, str] = {STDOUT: "", STDERR: ""}

    def take(self, final: bool = False) -> bytes:
        """The complete lines so far, encoded; with ``final`` also the rest. Hold the lock."""
        if not self._writes and not final:
            return b""
        entries = self._lines()
        if final:
            for source, rest in self._partial.items():
                if rest:
                    entries.append((source, rest))
                    self._partial[source] = ""
        return encode_logs(entries) if entries else b""

    def _lines(self) -> List[LogEntry]:
        writes, partial = self._writes, self._partial
        taken = [writes.popleft() for _ in range(len(writes))]
        entries: List[LogEntry] = []
        # A print() is several writes: they are put together first, and cut into what is complete and what is not after.
        for source, group in groupby(taken, _source_of):
            pieces = [text for _, text in group]
            text = partial[source] + "".join(filter(None, pieces))
            if len(text) > _LONG_WRITE:
                pieces = [piece and _truncated(piece) for piece in pieces]
                text = partial[source] + "".join(filter(None, pieces))
            asked_for = len(text) - len("".join(_after_last_none(pieces))) if None in pieces else 0
            end = max(asked_for, text.rfind("\n") + 1)
            partial[source] = text[end:]
            if end:
                entries.append((source, text[:end]))
        return entries


_source_of = itemgetter(0)


def _after_last_none(pieces: List[Optional[str]]) -> Iterable[str]:
    return filter(None, pieces[len(pieces) - pieces[::-1].index(None) :])


class RunningScope(Scope):
    """A scope with the log of its prediction."""

    log: Log


class Flusher:
    """Sends logs, and frames that the channel has gathered, 20 ms after they were written at the latest."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._logs: Deque[Log] = deque()
        self._work = False
        self._idle = False
        self._wake = Lock()
        self._wake.acquire()

    def start(self) -> None:
        Thread(target=self._run, name="cog-logs", daemon=True).start()

    def add(self, log: Log) -> None:
        if not log.waiting:
            self._logs.append(log)
            log.waiting = True
            self.notify()

    def notify(self) -> None:
        # Interruptible at any point: at worst the thread is woken once for nothing.
        self._work = True
        if self._idle:
            try:
                self._wake.release()
            except RuntimeError:
                pass

    def flush(self) -> None:
        """Send the complete lines that are waiting now."""
        for _ in range(len(self._logs)):
            log = self._logs.popleft()
            log.waiting = False
            with log.lock:
                data = log.take(final=log.closed)
                if data:
                    self._channel.send(LOG, 0 if log.closed else log.sequence, data)
        self._channel.flush()

    def _run(self) -> None:
        ticks = 0
        while True:
            sleep(FLUSH_SECONDS)
            if self._work:
                self._work = False
                ticks = 0
                self.flush()
                continue
            ticks += 1
            if ticks > _IDLE_TICKS:
                self._idle = True
                if not self._work:
                    self._wake.acquire()
                self._idle = False
                ticks = 0


class LogStream(io.TextIOBase):
    """Stands for ``sys.stdout`` or ``sys.stderr``; ``fileno()`` is the real descriptor, which child processes may be given."""

    encoding = "utf-8"
    errors = "backslashreplace"
    newlines = None
    line_buffering = True

    def __init__(self, source: int, stray: Log, flusher: Flusher) -> None:
        self._source = source
        self._stray = stray
        self._flusher = flusher
        self._forked = False
        self.name = "<stdout>" if source == STDOUT else "<stderr>"
        self.mode = "w"
        self.buffer = LogBytes(self)

    def write(self, text: str) -> int:
        # The way of every print(), several times a line: as few steps as there can be.
        scope: Any = _running()
        if scope is None or type(text) is not str:
            self._write_unusual(text)
        else:
            log = scope.log
            log.add((self._source, text))
            # Looked at after adding: the thread that sends may just have taken what was there.
            if not log.waiting:
                self._flusher.add(log)
        return len(text)

    def _write_unusual(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._add(text)

    def writelines(self, lines: Iterable[str]) -> None:  # type: ignore[override]
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        if not self._forked:
            self._add(None)

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return self._source

    def close(self) -> None:
        """Stays open: whoever closes it must not lose what others print."""

    def reconfigure(self, **options: Any) -> None:
        """Accepted, as of an ordinary text stream; there is nothing to configure."""

    def forked(self) -> None:
        """In a child process nobody collects: write to the descriptor."""
        self._forked = True
        self.write = self._write_raw  # type: ignore[method-assign]

    def _add(self, text: Optional[str]) -> None:
        scope: Any = _running()
        log = self._stray if scope is None or scope.log.closed else scope.log
        log.add((self._source, text))
        if not log.waiting:
            self._flusher.add(log)

    def _write_raw(self, text: str) -> int:
        data = text.encode("utf-8", "backslashreplace")
        while data:
            data = data[os.write(self._source, data) :]
        return len(text)


class LogBytes(io.RawIOBase):
    """``sys.stdout.buffer``."""

    def __init__(self, stream: LogStream) -> None:
        self._stream = stream

    def write(self, data: Any) -> int:
        data = bytes(data)
        self._stream.write(data.decode("utf-8", "replace"))
        return len(data)

    def flush(self) -> None:
        self._stream.flush()

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._stream.fileno()

    def close(self) -> None:
        """Stays open, like its stream."""


def _truncated(text: str) -> str:
    data = text.encode("utf-8", "replace")
    if len(data) <= _MAX_WRITE_BYTES:
        return text
    end = "\n" if text.endswith("\n") else ""
    return data[: _MAX_WRITE_BYTES - len(TRUNCATED) - len(end)].decode("utf-8", "ignore") + TRUNCATED + end
