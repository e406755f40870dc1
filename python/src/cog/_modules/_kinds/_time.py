"""``datetime``, ``date`` and ``time``: ISO 8601."""

from __future__ import annotations

import sys
from typing import Any

from ._unchanged import UNCHANGED


def plain(value: Any) -> Any:
    module: Any = sys.modules.get("datetime")
    if module is None or not isinstance(value, (module.date, module.time)):
        return UNCHANGED
    return value.isoformat()
