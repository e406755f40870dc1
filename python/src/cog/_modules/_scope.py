"""The running prediction as user code sees it: ``current_scope()``, its metrics and its context.

The scope is a context variable, so it follows asyncio tasks; the worker carries it into threads as well.
"""

from __future__ import annotations

from contextvars import ContextVar

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Dict, Mapping, Optional, Union

    Emit = Callable[[str, Any, str], None]
    """Takes a checked metric: name, value (None deletes), mode as on the wire."""

_MODES = {"replace": "replace", "incr": "increment", "increment": "increment", "append": "append"}
_VALUE_TYPES = (bool, int, float, str, list, dict)
_MAX_NAME_LENGTH = 128
_MAX_SEGMENTS = 4


class Metrics:
    """``scope.metrics``: write-only. ``metrics["a.b"] = 1`` sets, ``None`` or ``del`` deletes."""

    def __init__(self, emit: Emit | None) -> None:
        self._emit = emit
        self._types: Dict[str, type] = {}

    def record(self, key: str, value: Any, mode: Optional[str] = None) -> None:
        """Set, add to (``incr``) or append to (``append``) a metric of this prediction."""
        if self._emit is None:
            return
        if value is None and mode in (None, "replace"):
            self.delete(key)
            return
        wire_mode = _MODES.get(mode or "replace") if isinstance(mode, (str, type(None))) else None
        if wire_mode is None:
            raise TypeError(f"metric mode must be 'replace', 'incr' or 'append', not {mode!r}")
        _check_name(key)
        _check_reserved(key)
        kind = _kind_of(value)
        if wire_mode == "increment" and kind not in (int, float):
            raise TypeError(f"metric {key!r}: only a number can be added, not {type(value).__name__}")
        known = self._types.get(key)
        if known is not None and known is not kind:
            raise TypeError(f"metric {key!r} holds {known.__name__}, not {kind.__name__}; delete it first to change its type")
        self._emit(key, value, wire_mode)
        self._types[key] = kind

    def delete(self, key: str) -> None:
        """Remove a metric; one that is not there is fine."""
        if self._emit is None:
            return
        _check_name(key)
        self._types.pop(key, None)
        if not _is_reserved(key):
            self._emit(key, None, "replace")

    def __setitem__(self, key: str, value: Any) -> None:
        self.record(key, value)

    def __delitem__(self, key: str) -> None:
        self.delete(key)


class Scope:
    """One prediction. Outside of any prediction it is inert and accepts everything silently."""

    def __init__(
        self,
        emit: Emit | None = None,
        context: Mapping[str, str] | None = None,
        trace_context: Mapping[str, str] | None = None,
    ) -> None:
        self.metrics = Metrics(emit)
        self.context: Dict[str, str] = dict(context or {})
        self.trace_context: Dict[str, str] = dict(trace_context or {})

    def record_metric(self, key: str, value: Any, mode: Optional[str] = None) -> None:
        """Add a number or text to the ``metrics`` of this prediction; ``mode`` is replace, incr or append."""
        self.metrics.record(key, value, mode)


running: ContextVar[Union[Scope, None]] = ContextVar("cog_scope", default=None)


def current_scope() -> Scope:
    """The running prediction; never ``None``.

    >>> current_scope().record_metric("tokens", 3)  # nothing runs here, so nothing happens
    """
    return running.get() or Scope()


def _kind_of(value: Any) -> type:
    for kind in _VALUE_TYPES:
        if isinstance(value, kind):
            return kind
    raise TypeError(f"a metric is a bool, int, float, str, list or dict, not {type(value).__name__}")


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        raise TypeError(f"a metric name is a str, not {type(name).__name__}")
    segments = name.split(".")
    if len(name) > _MAX_NAME_LENGTH or len(segments) > _MAX_SEGMENTS or not all(map(_is_segment, segments)):
        raise ValueError(
            f"metric name {name[:_MAX_NAME_LENGTH]!r}: at most {_MAX_NAME_LENGTH} characters and {_MAX_SEGMENTS} parts "
            "joined by dots, each a letter, then letters and digits, with single underscores between"
        )


def _check_reserved(name: str) -> None:
    if _is_reserved(name):
        raise ValueError(f"metric name {name!r} is reserved")


def _is_reserved(name: str) -> bool:
    return name == "predict_time" or name.startswith("cog.")


def _is_segment(segment: str) -> bool:
    """``[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*``, without importing re."""
    return segment.isascii() and segment[:1].isalpha() and all(part.isalnum() for part in segment.split("_"))
