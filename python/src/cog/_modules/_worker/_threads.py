"""Carries the running prediction into threads that its code starts, so that what they print and measure belongs to it.

Python does that for asyncio tasks only. Threads that ``setup()`` started stay outside of every prediction.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from .._scope import running


def follow_threads() -> None:
    """Make ``Thread.start`` hand the scope over."""
    start = threading.Thread.start

    def start_in_scope(self: threading.Thread) -> None:
        scope = running.get()
        if scope is not None:
            run = self.run

            def run_in_scope() -> None:
                del self.run  # type: ignore[method-assign]
                running.set(scope)
                run()

            self.run = run_in_scope  # type: ignore[method-assign]
        _follow_pools()
        start(self)

    threading.Thread.start = start_in_scope  # type: ignore[method-assign]


def _follow_pools() -> None:
    """The same for ``ThreadPoolExecutor.submit``, whose threads outlive a prediction. The module is heavy, so it is changed
    once somebody else uses it: when a pool starts its first thread, for what is submitted first."""
    module: Any = sys.modules.get("concurrent.futures.thread")
    pool = getattr(module, "ThreadPoolExecutor", None)
    if pool is None or getattr(pool.submit, "_cog_follows", False):
        return
    submit = pool.submit

    def submit_in_scope(self: Any, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        scope = running.get()

        def call(*args: Any, **kwargs: Any) -> Any:
            token = running.set(scope)
            try:
                return function(*args, **kwargs)
            finally:
                running.reset(token)

        return submit(self, call, *args, **kwargs)

    submit_in_scope._cog_follows = True  # type: ignore[attr-defined]
    pool.submit = submit_in_scope
