"""Members of an ``enum.Enum``: by value in JSON."""

from __future__ import annotations

import sys
from typing import Any, Callable, Optional

from ._unchanged import UNCHANGED


def decoder(annotation: Any) -> Optional[Callable[[Any], Any]]:
    if not isinstance(annotation, type) or not _is_enum(annotation):
        return None

    def to_member(value: Any) -> Any:
        try:
            return annotation(value)
        except ValueError:
            return value

    return to_member


def plain(value: Any) -> Any:
    return value.value if _is_enum(type(value)) else UNCHANGED


def _is_enum(kind: type) -> bool:
    module: Any = sys.modules.get("enum")
    return module is not None and issubclass(kind, module.Enum)
