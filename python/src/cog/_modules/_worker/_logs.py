"""``sys.stdout`` and ``sys.stderr`` of the worker, and the thread that sends what they collect.

``write`` appends to the list of the prediction that runs in this context. Lines are put together when the list is sent: with
the next frame of that prediction, or after 20 ms. The first few lines after a silence are sent by ``write`` itself, because
they may be the last ones: a model that then dies, or sits in C code with Python's lock, gives no thread a chance. It never
waits for a lock of ours, so that it may be called from anywhere: a signal handler, a destructor.
"""

from __future__ import annotations

import io
import os
from collections import deque
from contextlib import nullcontext
from itertools import groupby
from operator import itemgetter
from threading import Lock, Thread
from time import sleep
from typing import Any, Callable, ContextManager, Deque, Dict, Iterable, List, Optional, Tuple, Union

from .._scope import Scope, running
from ._channel import Channel
from ._frames import LOG, STDERR, STDOUT, LogEntry, encode_logs

_running = running.get

FLUSH_SECONDS = 0.02
# Lines that are sent at once, until the thread's next tick.
_AT_ONCE = 8
# The thread keeps ticking for a while after the last output, because waking it costs more than a tick.
_IDLE_TICKS = 50

TRUNCATED = "[**** LOG LINE TRUNCATED AT 4 MiB ****]"
_MAX_WRITE_BYTES = 4 * 1024 * 1024
# In characters: what is shorter cannot have more bytes than that.
_LONG_WRITE = _MAX_WRITE_BYTES // 4


Write = Union[str, Tuple[int, Optional[str]]]
"""Text for stdout, or a source and its text, where None asks for a partial line to be sent as it is.

Most text is for stdout, and every print() is several writes: each costs a quarter less without a tuple.
"""


class Log:
    """What one prediction has written and nobody has sent yet. Sequence 0: setup, and later the container's log."""

    def __init__(self, sequence: int, flusher: Flusher) -> None:
        self.sequence = sequence
        self.closed = False
        # Held from taking entries until they are sent, so that they cannot overtake each other.
        self.lock = Lock()
        self._flusher = flusher
        self._writes: List[Write] = []
        self._partial: Dict[int, str] = {STDOUT: "", STDERR: ""}
        self.add: Callable[[Write], None] = self._add_first

    def _add_first(self, write: Write) -> None:
        # In this order: the flusher may look at once.
        self._writes.append(write)
        self._flusher.wrote(self, write)

    def waits(self) -> None:
        """The flusher will come: what is written until then need not tell it."""
        if not self.closed:
            self.add = self._writes.append

    def flushing(self) -> None:
        """The next write tells the flusher again."""
        if not self.closed:
            self.add = self._add_first

    def close(self) -> None:
        """Its prediction has ended: what its tasks and threads still write is nobody's, and joins the lines of the like."""
        self.closed = True
        self.add = self._add_late

    def _add_late(self, write: Write) -> None:
        self._flusher.stray.add(write)

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
        # Another thread may write meanwhile: what it adds stays behind what is taken.
        taken = self._writes[:]
        del self._writes[: len(taken)]
        # A print() is several writes: they are put together first, and cut into what is complete and what is not after.
        try:
            text = "".join(taken)  # type: ignore[arg-type]
        except TypeError:
            pass  # Not all of it is bare text for stdout.
        else:
            if len(text) <= _LONG_WRITE:
                return self._complete(STDOUT, text)
        entries: List[LogEntry] = []
        for source, group in groupby(map(_with_source, taken), _source_of):
            pieces = [piece and _truncated(piece) for _, piece in group]
            entries += self._complete(source, "".join(filter(None, pieces)), _after_last_none(pieces))
        return entries

    def _complete(self, source: int, text: str, unasked: Optional[int] = None) -> List[LogEntry]:
        """The whole lines, and all but the last ``unasked`` characters; the rest stays."""
        text = self._partial[source] + text
        end = text.rfind("\n") + 1
        if unasked is not None:
            end = max(end, len(text) - unasked)
        self._partial[source] = text[end:]
        return [(source, text[:end])] if end else []


def _with_source(write: Write) -> Tuple[int, Optional[str]]:
    return (STDOUT, write) if isinstance(write, str) else write


_source_of = itemgetter(0)


def _after_last_none(pieces: List[Optional[str]]) -> Optional[int]:
    """How many characters; None when nobody asked for a partial line."""
    if None not in pieces:
        return None
    return sum(len(piece or "") for piece in pieces[len(pieces) - pieces[::-1].index(None) :])


class RunningScope(Scope):
    """A scope with the log of its prediction."""

    log: Log


class Flusher:
    """Sends logs, and frames that the channel has gathered, 20 ms after they were written at the latest."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.shield: Callable[[], ContextManager[None]] = nullcontext
        """Holds back a cancel that would interrupt the sending."""
        self._at_once = _AT_ONCE
        self._logs: Deque[Log] = deque()
        self.stray = Log(0, self)
        """Of setup, and later of what is written outside of predictions."""
        self._work = False
        self._idle = False
        self._wake = Lock()
        self._wake.acquire()

    def start(self) -> None:
        Thread(target=self._run, name="cog-logs", daemon=True).start()

    def wrote(self, log: Log, write: Write) -> None:
        """After a write to a log that does not wait for the thread."""
        if self._at_once > 0:
            text = write if isinstance(write, str) else write[1]
            if text is not None and "\n" not in text and not log.closed:
                return  # No line is complete.
            self._at_once -= 1
            if self._sent_now(log):
                self.notify()  # For the tick that allows more.
                return
        # In this order: the thread may take it in between.
        log.waits()
        self._logs.append(log)
        self.notify()

    def _sent_now(self, log: Log) -> bool:
        with self.shield():
            if not log.lock.acquire(blocking=False):
                return False
            try:
                final = log.closed
                return self._channel.send_unless_busy(LOG, 0 if final else log.sequence, lambda: log.take(final))
            finally:
                log.lock.release()

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
            log.flushing()
            with log.lock:
                data = log.take(final=log.closed)
                if data:
                    self._channel.send(LOG, 0 if log.closed else log.sequence, data)
        self._channel.flush()

    def _run(self) -> None:
        ticks = 0
        while True:
            sleep(FLUSH_SECONDS)
            self._at_once = _AT_ONCE
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

    def __init__(self, source: int, stray: Log) -> None:
        self._source = source
        self._stray = stray
        self._forked = False
        self.name = "<stdout>" if source == STDOUT else "<stderr>"
        self.mode = "w"
        self.buffer = LogBytes(self)
        # In the instance: to find it in its class, Python would search the classes above for each print().
        self.write = self._writer()  # type: ignore[method-assign]

    def _writer(self) -> Callable[[str], int]:
        """The way of every print(), several times a line: as few steps as there can be."""
        is_stdout = self._source == STDOUT

        def write(text: str) -> int:
            scope: Any = _running()
            if scope is None or type(text) is not str:
                self._add(_text(text))
            elif is_stdout:
                scope.log.add(text)
            else:
                scope.log.add((STDERR, text))
            return len(text)

        return write

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
        log = self._stray if scope is None else scope.log
        log.add((self._source, text))

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


def _text(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"write() argument must be str, not {type(text).__name__}")
    return text


def _truncated(text: str) -> str:
    if len(text) <= _LONG_WRITE:
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= _MAX_WRITE_BYTES:
        return text
    end = "\n" if text.endswith("\n") else ""
    return data[: _MAX_WRITE_BYTES - len(TRUNCATED) - len(end)].decode("utf-8", "ignore") + TRUNCATED + end
