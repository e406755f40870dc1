"""The members of ``Union[...]``, ``Optional[...]`` and ``A | B``."""

from __future__ import annotations

import sys
from typing import Any, Tuple


def union_members(annotation: Any) -> Tuple[Any, ...]:
    """The annotation alone when it is no union."""
    typing: Any = sys.modules.get("typing")
    if typing is not None and getattr(annotation, "__origin__", None) is typing.Union:
        return tuple(annotation.__args__)
    if type(annotation).__name__ == "UnionType":
        return tuple(annotation.__args__)
    return (annotation,)
