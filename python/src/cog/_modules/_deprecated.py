"""What still works and says so.

Deprecated names of this package print a line to stderr when they are first used, not through ``warnings``, so that filters
cannot hide it. How a model is written is an ordinary warning at its place in the model's file.
"""

from __future__ import annotations

import sys

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
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


def warn_about_method(message: str, method: Any) -> None:
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    if code is None:
        _warn(message, DeprecationWarning, "<model>", 1)
        return
    # The code begins at its first decorator.
    line = _line_of(code.co_filename, ("def ", "async def "), code.co_firstlineno)
    _warn(message, DeprecationWarning, code.co_filename, line)


def warn_about_class(message: str, cls: type, category: type[Warning] = DeprecationWarning) -> None:
    path = getattr(sys.modules.get(cls.__module__), "__file__", None) or cls.__module__
    starts = tuple(f"class {cls.__name__}{end}" for end in "(: [")
    _warn(message, category, path, _line_of(path, starts, 1))


def _line_of(path: str, starts: tuple[str, ...], first: int) -> int:
    import linecache

    lines = linecache.getlines(path)[first - 1 :]
    return next((first + index for index, line in enumerate(lines) if line.lstrip().startswith(starts)), first)


def _warn(message: str, category: type[Warning], path: str, line: int) -> None:
    """As if the model were the program that is run: then Python shows deprecations, unless somebody filters them out."""
    import warnings

    warnings.warn_explicit(message, category, path, line, module="__main__")
