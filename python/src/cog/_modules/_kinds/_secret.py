"""``Secret`` inputs arrive as text. A secret that is returned shows stars, never its value."""

from __future__ import annotations

from typing import Any, Callable, Optional

from ._unchanged import UNCHANGED


def decoder(annotation: Any) -> Optional[Callable[[Any], Any]]:
    if not isinstance(annotation, type) or annotation.__name__ != "Secret":
        return None
    from .._secret import Secret

    return _to_secret if issubclass(annotation, Secret) else None


def plain(value: Any) -> Any:
    """Ours, and those of pydantic."""
    if not callable(getattr(value, "get_secret_value", None)):
        return UNCHANGED
    return None if value.get_secret_value() is None else str(value)


def _to_secret(value: Any) -> Any:
    from .._secret import Secret

    return Secret(value) if isinstance(value, str) else value
