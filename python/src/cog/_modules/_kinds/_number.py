"""JSON has one kind of number; ``int`` and ``float`` parameters get what they say."""

from __future__ import annotations

from typing import Any, Callable, Optional

from ._unions import union_members


def decoder(annotation: Any) -> Optional[Callable[[Any], Any]]:
    if annotation is int:
        return _to_int
    if annotation is float:
        return _to_float
    members = union_members(annotation)
    return _to_int if int in members and float not in members else None


def _to_int(value: Any) -> Any:
    return int(value) if type(value) is float and value.is_integer() else value


def _to_float(value: Any) -> Any:
    return float(value) if type(value) is int else value
