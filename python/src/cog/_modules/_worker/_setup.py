"""``setup()``: with ``weights`` when it takes them, on the event loop when it is async."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Optional

from .._base import BaseRunner
from .._load import Model

RunUntilComplete = Callable[[Any], Any]


def set_up(model: Model, weights: Optional[str], run_until_complete: RunUntilComplete) -> None:
    method = getattr(model.instance, "setup", None)
    if method is None or getattr(method, "__func__", None) is BaseRunner.setup:
        return
    result = method(**_arguments(method, weights))
    if hasattr(result, "__await__"):
        run_until_complete(result)


def _arguments(method: Any, weights: Optional[str]) -> Dict[str, Any]:
    import inspect

    if "weights" not in inspect.signature(method).parameters:
        return {}
    return {"weights": weights if weights is None else _typed(method, weights)}


def _typed(method: Any, weights: str) -> Any:
    """Text, unless it is annotated Path: then a path, downloaded when it is a URL."""
    from .._kinds._decode import annotations_of, required
    from .._paths import Path, URLPath

    annotation = required(annotations_of(method).get("weights"))
    if not isinstance(annotation, type) or not issubclass(annotation, os.PathLike):
        return weights
    path = Path.validate(weights)
    return path.convert() if isinstance(path, URLPath) else path
