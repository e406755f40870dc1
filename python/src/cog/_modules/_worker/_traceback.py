"""Tracebacks for the logs: only the frames of user code and what it calls, not ours around it."""

from __future__ import annotations

import os
from typing import Optional

_OURS = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_IMPORT_MACHINERY = "<frozen importlib"


def user_traceback(error: BaseException) -> str:
    import traceback

    trace = error.__traceback__
    while trace is not None and _is_ours(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    try:
        return "".join(traceback.format_exception(type(error), error, trace))
    except Exception:  # A hostile __str__.
        return f"{type(error).__name__}\n"


def _is_ours(filename: Optional[str]) -> bool:
    return bool(filename) and (str(filename).startswith((_OURS, _IMPORT_MACHINERY)))
