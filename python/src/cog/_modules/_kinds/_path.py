"""``Path`` inputs: the server has fetched the file, its local name arrives. ``Path`` outputs: see ``_encode``."""

from __future__ import annotations

import os
from typing import Any, Callable, Optional


def decoder(annotation: Any) -> Optional[Callable[[Any], Any]]:
    return _to_path if isinstance(annotation, type) and issubclass(annotation, os.PathLike) else None


def _to_path(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    from .._paths import Path, URLPath

    path = Path.validate(value)
    return path.convert() if isinstance(path, URLPath) else path
