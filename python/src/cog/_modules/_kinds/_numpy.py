"""Numbers and arrays of numpy, when user code has imported it."""

from __future__ import annotations

import sys
from typing import Any

from ._unchanged import UNCHANGED


def plain(value: Any) -> Any:
    numpy: Any = sys.modules.get("numpy")
    if numpy is None:
        return UNCHANGED
    if isinstance(value, (numpy.integer, numpy.floating, numpy.bool_)):
        return value.item()
    return value.tolist() if isinstance(value, numpy.ndarray) else UNCHANGED
