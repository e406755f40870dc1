"""What model authors use: ``from cog import BaseRunner, Input, Path``.

Every name is loaded on first use, so that ``import cog`` (and with it the launcher and the worker) costs next to nothing.
The definitions live in ``cog._modules``; what is listed here is the whole public surface.
"""

from __future__ import annotations

from ._version import __version__

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any
    from typing import AsyncIterator as AsyncIterator
    from typing import Iterator as Iterator

    from ._modules._base import BasePredictor as BasePredictor
    from ._modules._base import BaseRunner as BaseRunner
    from ._modules._cancelation import CancelationException as CancelationException
    from ._modules._coder import Coder as Coder
    from ._modules._decorators import concurrent as concurrent
    from ._modules._decorators import streaming as streaming
    from ._modules._deprecated import ExperimentalFeatureWarning as ExperimentalFeatureWarning
    from ._modules._deprecated import emit_metric as emit_metric
    from ._modules._files import File as File
    from ._modules._files import URLFile as URLFile
    from ._modules._inputs import FieldInfo as FieldInfo
    from ._modules._inputs import Input as Input
    from ._modules._iterators import AsyncConcatenateIterator as AsyncConcatenateIterator
    from ._modules._iterators import ConcatenateIterator as ConcatenateIterator
    from ._modules._model import BaseModel as BaseModel
    from ._modules._opaque import Opaque as Opaque
    from ._modules._paths import Path as Path
    from ._modules._paths import URLPath as URLPath
    from ._modules._scope import current_scope as current_scope
    from ._modules._secret import Secret as Secret

__all__ = [
    "AsyncConcatenateIterator",
    "BaseModel",
    "BasePredictor",
    "BaseRunner",
    "CancelationException",
    "ConcatenateIterator",
    "ExperimentalFeatureWarning",
    "FieldInfo",
    "File",
    "Input",
    "Opaque",
    "Path",
    "Secret",
    "URLFile",
    "URLPath",
    "__version__",
    "concurrent",
    "current_scope",
    "emit_metric",
    "streaming",
]

_HOMES = {
    "AsyncConcatenateIterator": "cog._modules._iterators",
    "BaseModel": "cog._modules._model",
    "BasePredictor": "cog._modules._base",
    "BaseRunner": "cog._modules._base",
    "CancelationException": "cog._modules._cancelation",
    "ConcatenateIterator": "cog._modules._iterators",
    "ExperimentalFeatureWarning": "cog._modules._deprecated",
    "FieldInfo": "cog._modules._inputs",
    "File": "cog._modules._files",
    "Input": "cog._modules._inputs",
    "Opaque": "cog._modules._opaque",
    "Path": "cog._modules._paths",
    "Secret": "cog._modules._secret",
    "URLFile": "cog._modules._files",
    "URLPath": "cog._modules._paths",
    "concurrent": "cog._modules._decorators",
    "current_scope": "cog._modules._scope",
    "emit_metric": "cog._modules._deprecated",
    "streaming": "cog._modules._decorators",
    # Importable though not in __all__: older models write `from cog import AsyncIterator`.
    "AsyncIterator": "typing",
    "Coder": "cog._modules._coder",
    "Iterator": "typing",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'cog' has no attribute {name!r}")
    import sys

    __import__(home)
    value = getattr(sys.modules[home], name)
    if home == "cog._modules._deprecated":
        sys.modules[home].announce(name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
