"""Cancel of the running sync prediction: a frame followed by SIGUSR1 becomes a ``CancelationException`` in user code.

The exception is raised only while user code runs (``armed``) and only when the cancel names the running sequence. A signal
that comes at any other time is remembered, and looked at when user code is entered next, so none is lost.
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from threading import Thread, get_ident, main_thread
from time import monotonic, sleep
from typing import Any, Callable, Iterator

from .._cancelation import CancelationException

# A model that cleans up must not be disturbed by a client that cancels three times in a row.
_AGAIN_SECONDS = 1.0


class Cancel:
    """State of the main thread, changed by it and by the signal handler (which runs in it) only."""

    def __init__(self, drain: Callable[[], None]) -> None:
        self._drain = drain
        self._main = main_thread().ident
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
                self._again()
            else:
                previous(unraisable)

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

    def _on_signal(self, *_: object) -> None:
        self._signaled = True
        if self._armed and not self._shields:
            self._deliver()

    def _deliver(self) -> None:
        self._shields += 1
        try:
            while self._signaled:
                self._signaled = False
                self._drain()
        finally:
            self._shields -= 1
        if self._due:
            self._due = False
            self._delivered_at = monotonic()
            raise CancelationException("the prediction was canceled")

    def _again(self) -> None:
        """The exception was swallowed where nobody could see it: raise it once more, a moment later."""
        sequence = self.sequence

        def signal_main() -> None:
            sleep(0.002)
            if self.sequence == sequence and self._main is not None:
                self._due = True
                signal.pthread_kill(self._main, signal.SIGUSR1)

        if sequence:
            Thread(target=signal_main, name="cog-cancel", daemon=True).start()
