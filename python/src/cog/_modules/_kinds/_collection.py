"""Sets, generators and other iterators: arrays."""

from __future__ import annotations

from typing import Any

from ._unchanged import UNCHANGED


def plain(value: Any) -> Any:
    if isinstance(value, (set, frozenset)) or is_iterator(value):
        return list(value)
    return UNCHANGED


def is_iterator(value: Any) -> bool:
    """A generator, ``map(...)``, ``iter(...)``; not a list, and not an open file (which iterates over its lines)."""
    kind = type(value)
    return hasattr(kind, "__next__") and hasattr(kind, "__iter__") and not hasattr(kind, "read")
