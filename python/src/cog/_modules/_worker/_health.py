"""The model's ``healthcheck()``, in a thread of its own, or on the event loop of an async model.

It is started from a signal handler too, so no lock of ``threading`` may be taken: ``_thread`` alone is used.
"""

from __future__ import annotations

import _thread
import json
from typing import Any, Callable, List

from ._channel import Channel
from ._frames import HEALTH

TIMEOUT_SECONDS = 5.0
_PREFIX = "Healthcheck failed: "


class Health:
    """Requests that come during a check wait for that check."""

    def __init__(self, check: Callable[[], Any], channel: Channel) -> None:
        self._check = check
        self._channel = channel
        self._runs: List[_Run] = []

    def request(self, sequence: int) -> None:
        try:
            run = self._runs[-1]
        except IndexError:  # Asking first whether there is one would leave time for it to end.
            run = self._start()
        _thread.start_new_thread(self._answer, (run, sequence))

    def _start(self) -> _Run:
        run = _Run()
        self._runs.append(run)
        _thread.start_new_thread(self._execute, (run,))
        return run

    def _execute(self, run: _Run) -> None:
        try:
            if self._check() is False:
                run.error = "user-defined healthcheck returned False"
        except BaseException as error:
            text = str(error)
            run.error = f"{type(error).__name__}: {text}" if text else type(error).__name__
        self._runs.remove(run)
        run.finished.release()

    def _answer(self, run: _Run, sequence: int) -> None:
        if run.finished.acquire(timeout=TIMEOUT_SECONDS):
            run.finished.release()
            error = run.error
        else:
            error = f"user-defined healthcheck timed out after {TIMEOUT_SECONDS} seconds"
        answer = {"healthy": True} if error is None else {"healthy": False, "error": _PREFIX + error}
        self._channel.send(HEALTH, sequence, json.dumps(answer).encode())


class _Run:
    def __init__(self) -> None:
        self.error: str | None = None
        self.finished = _thread.allocate_lock()
        self.finished.acquire()
