"""What belongs to a prediction's trace, also in other processes: ``TRACEPARENT`` and ``TRACESTATE`` in their environment.

A sync model has its environment for itself: it is changed while a prediction runs. Predictions of an async model share one, so
there each process gets its own when it is started.
"""

from __future__ import annotations

import os
from functools import wraps
from typing import Any, Callable, Dict, Mapping

from .._scope import running


def variables_of(trace_context: Mapping[str, str]) -> Dict[str, str]:
    """``{"traceparent": …}`` as variables."""
    return {name.upper(): value for name, value in trace_context.items()}


def set_in_environment(trace_context: Mapping[str, str]) -> Callable[[], None]:
    """Set them; what comes back puts everything as it was."""
    variables = variables_of(trace_context)
    before = {name: os.environ[name] for name in variables if name in os.environ}
    os.environ.update(variables)

    def restore() -> None:
        for name in variables:
            os.environ.pop(name, None)
        os.environ.update(before)

    return restore


_followed = False


def follow_processes() -> None:
    """From now on a process that a traced prediction starts, without an environment of its own choice, gets these variables."""
    global _followed
    if _followed:
        return
    _followed = True
    import subprocess

    start = subprocess.Popen.__init__

    @wraps(start)
    def start_traced(self: Any, *args: Any, **options: Any) -> None:
        scope = running.get()
        # The environment is the eleventh parameter.
        if scope is not None and scope.trace_context and len(args) <= 10 and options.get("env") is None:
            options["env"] = {**os.environ, **variables_of(scope.trace_context)}
        start(self, *args, **options)

    subprocess.Popen.__init__ = start_traced  # type: ignore[assignment,method-assign]
