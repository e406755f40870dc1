"""Cancel of the running sync prediction: a frame followed by SIGUSR1 becomes a ``CancelationException`` in user code.

The exception is raised only while user code runs (``armed``) and only when the cancel names the running sequence. A signal
that comes at any other time is remembered, and looked at when user code is entered next, so none is lost.
"""

from __future__ import annotations

import _thread
import signal
import sys
from contextlib import contextmanager
from threading import get_ident, main_thread
from time import monotonic, sleep
from types import CodeType, FrameType
from typing import Any, Callable, Iterator, Optional

from .._cancelation import CancelationException

# A model that cleans up must not be disturbed by a client that cancels three times in a row.
_AGAIN_SECONDS = 1.0

_RETRY_SECONDS = 0.002


class Cancel:
    """State of the main thread, changed by it and by the signal handler (which runs in it) only."""

    def __init__(self, drain: Callable[[], None]) -> None:
        self._drain = drain
        self._main = main_thread().ident or 0
        self._hook_code: Optional[CodeType] = None
        self._retrying = False
        self._armed = False
        self._shields = 0
        self._signaled = False
        self._due = False
        self._delivered_at = 0.0
        self.sequence = 0
        self.requested = False

    def install(self) -> None:
        """Take over SIGUSR1, and exceptions that Python swallows (in ``__del__``, in callbacks of weak references)."""
        signal.signal(signal.SIGUSR1, self._on_signal)
        previous = sys.unraisablehook

        def hook(unraisable: Any) -> None:
            if isinstance(unraisable.exc_value, CancelationException):
                self._due = True
                self._retry()
            else:
                previous(unraisable)

        self._hook_code = hook.__code__
        sys.unraisablehook = hook

    def begin(self, sequence: int) -> None:
        self.sequence = sequence
        self.requested = False
        self._due = False
        self._delivered_at = 0.0

    def end(self) -> None:
        self._armed = False
        self.sequence = 0

    def arm(self) -> None:
        """User code follows. Raises when a cancel is due."""
        self._armed = True
        if self._signaled or self._due:
            self._deliver()

    def disarm(self) -> None:
        self._armed = False

    def request(self, sequence: int) -> None:
        """A cancel frame was read; whether it is for the running prediction is decided here."""
        if sequence != self.sequence or not sequence:
            return
        if not self.requested or monotonic() - self._delivered_at > _AGAIN_SECONDS:
            self._due = True
        self.requested = True

    @contextmanager
    def shield(self) -> Iterator[None]:
        """Hold the exception back while user code is inside of ours (and a lock may be held)."""
        if get_ident() != self._main:
            yield
            return
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
        if self._signaled and self._armed and not self._shields:
            self._deliver()

    def _on_signal(self, _number: int, frame: Optional[FrameType]) -> None:
        self._signaled = True
        if self._armed and not self._shields:
            self._deliver(frame)

    def _deliver(self, frame: Optional[FrameType] = None) -> None:
        self._shields += 1
        try:
            while self._signaled:
                self._signaled = False
                self._drain()
        finally:
            self._shields -= 1
        if not self._due:
            return
        if self._is_inside_hook(frame):
            self._retry()  # What is raised there is swallowed without a trace.
            return
        self._due = False
        self._delivered_at = monotonic()
        raise CancelationException("the prediction was canceled")

    def _is_inside_hook(self, frame: Optional[FrameType]) -> bool:
        while frame is not None and frame.f_code is not self._hook_code:
            frame = frame.f_back
        return frame is not None

    def _retry(self) -> None:
        """The exception could not be raised, or was swallowed where nobody could see it: signal until it gets through."""
        if not self._retrying:
            self._retrying = True
            _thread.start_new_thread(self._signal_until_raised, (self.sequence,))

    def _signal_until_raised(self, sequence: int) -> None:
        while True:
            while self._due and self.sequence == sequence:
                sleep(_RETRY_SECONDS)
                signal.pthread_kill(self._main, signal.SIGUSR1)
            self._retrying = False
            if not self._due or self.sequence != sequence:
                return
