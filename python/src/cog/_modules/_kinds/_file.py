"""``File`` inputs: an open file, or a URL that is opened when it is read."""

from __future__ import annotations

import io
import os
from typing import Any, Callable, Optional


def decoder(annotation: Any) -> Optional[Callable[[Any], Any]]:
    return _to_file if isinstance(annotation, type) and issubclass(annotation, io.IOBase) else None


def _to_file(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if os.path.isabs(value):
        return open(value, "rb")
    from .._files import File

    return File.validate(value)
