"""One prediction in the worker: what its code may see (the scope), and the frames that report on it."""

from __future__ import annotations

import json
import os
import sys
from contextlib import nullcontext
from time import time
from typing import Any, Callable, ContextManager, Dict, Optional

from .._cancelation import CancelationException
from .._kinds import Encoded, encode
from .._scope import Scope
from ._channel import Channel, unspill
from ._frames import (
    CANCELED,
    DONE,
    FAILED,
    FLAG_FILES,
    FLAG_ITERATED,
    FLAG_RAW_PENDING,
    METRIC,
    OUTPUT,
    STDERR,
    STDOUT,
    Frame,
    encode_frame,
)
from ._logs import Flusher, Log, RunningScope
from ._output_files import OutputFiles
from ._settings import Settings
from ._traceback import user_traceback

# json.loads would first guess the encoding, then look for spaces at both ends.
_parse = json.JSONDecoder().raw_decode

Shield = Callable[[], ContextManager[None]]


class Surroundings:
    """What all predictions of a worker share."""

    def __init__(
        self,
        channel: Channel,
        flusher: Flusher,
        settings: Settings,
        raw_pending: Callable[[], bool],
        shield: Shield = nullcontext,
    ) -> None:
        self.channel = channel
        self.flusher = flusher
        self.settings = settings
        self.raw_pending = raw_pending
        self.shield = shield


class Prediction(RunningScope):
    def __init__(self, frame: Frame, around: Surroundings) -> None:
        payload, _ = _parse(unspill(frame.flags, frame.body).decode("utf-8"))
        Scope.__init__(self, self._emit_metric, payload.get("context"), payload.get("trace"))
        self.sequence = frame.sequence
        self.input: Dict[str, Any] = payload["input"]
        self.log = Log(frame.sequence, around.flusher)
        self._around = around
        self._started_at = time()
        self._files: Optional[OutputFiles] = None

    def output(self, value: Any) -> None:
        """One item of an iterator. Raises when it cannot be encoded."""
        payload, flags = self._encoded(value, final=False)
        with self.log.lock:
            self._around.channel.send_yield(OUTPUT, self.sequence, self.log.take(), payload, flags)
        self._around.flusher.notify()

    def done(self, value: Any) -> None:
        """The whole output. Raises when it cannot be encoded."""
        payload, flags = self._encoded(value, final=True)
        self._end(DONE, payload, flags)

    def done_iterating(self) -> None:
        self._end(DONE, b"", FLAG_ITERATED)

    def failed(self, error: BaseException) -> None:
        for source in (STDOUT, STDERR):
            self.log.add((source, None))
        self.log.add((STDERR, user_traceback(error)))
        self._end(FAILED, json.dumps(self._failure(error)).encode())

    def _failure(self, error: BaseException) -> Dict[str, Any]:
        exception = {"type": type(error).__qualname__}
        if self._around.settings.trace_stacks:
            exception["stack"] = user_traceback(error)
        return {"error": error_text(error), "exception": exception}

    def canceled(self) -> None:
        self._end(CANCELED, b"")

    def ended_by(self, error: BaseException, cancel_requested: bool) -> None:
        """User code raised; after a cancel request whatever it raises counts as canceled."""
        if cancel_requested or isinstance(error, CancelationException):
            self.canceled()
        else:
            self.failed(error)

    def _end(self, kind: int, payload: bytes, flags: int = 0) -> None:
        if self._files is not None:
            self._files.close()
        if self._around.raw_pending():
            flags |= FLAG_RAW_PENDING
        with self.log.lock:
            logs = self.log.take(final=True)
            self.log.close()
            self._around.channel.send_result(kind, self.sequence, logs, payload, flags)

    def _encoded(self, value: Any, final: bool) -> Any:
        encoded: Encoded = encode(value)
        spilled = self._around.channel.spilled
        if not encoded.files:
            return spilled(encoded.text, 0)
        if self._files is None:
            self._files = OutputFiles(self._started_at, self._around.settings)
        files = self._files.describe(encoded.files, final)
        head = b'{"value":' + encoded.text + b',"files":'
        return spilled(head + json.dumps(files).encode() + b"}", FLAG_FILES)

    def _emit_metric(self, name: str, value: Any, mode: str) -> None:
        body = json.dumps({"name": name, "value": value, "mode": mode}, allow_nan=False).encode()
        if self.log.closed:
            return
        with self._around.shield():
            self._around.channel.post(encode_frame(METRIC, 0, self.sequence, body))
        self._around.flusher.notify()


def error_text(error: BaseException) -> str:
    """The message, or the type's name when that is empty."""
    try:
        return str(error) or type(error).__name__
    except Exception:
        return type(error).__name__


def unread_bytes_check(output: Optional[int]) -> Callable[[], bool]:
    """A function that says whether the server has yet to read something from the pipe behind fd 1 and 2."""
    if output is None or sys.platform == "win32":
        return lambda: False
    import array
    import fcntl
    import stat
    import termios

    # A pipe tells at either end; of a socket (Node makes those) the writing end tells what is not yet taken.
    request = termios.TIOCOUTQ if stat.S_ISSOCK(os.fstat(output).st_mode) else termios.FIONREAD
    count = array.array("i", [0])

    def unread() -> bool:
        try:
            fcntl.ioctl(output, request, count, True)
        except OSError:
            return True
        return count[0] > 0

    return unread
