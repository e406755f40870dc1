"""Names that still work and say so, once, when they are first used.

The line goes to stderr directly, not through ``warnings``, so that filters cannot hide it.
"""

from __future__ import annotations

import sys
from typing import Any

NOTICES = {
    "ExperimentalFeatureWarning": "cog.ExperimentalFeatureWarning is deprecated and never issued: "
    "remove its imports and filterwarnings() calls.",
    "emit_metric": "cog.emit_metric() is deprecated: use cog.current_scope().record_metric(name, value).",
}


class ExperimentalFeatureWarning(FutureWarning):
    """Was issued for experimental features; nothing issues it now."""


def emit_metric(name: str, value: Any) -> None:
    """The older spelling of ``current_scope().record_metric(name, value)``."""
    from ._scope import current_scope

    current_scope().record_metric(name, value)


def announce(name: str) -> None:
    sys.stderr.write(NOTICES[name] + "\n")
