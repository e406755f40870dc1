"""What user code returns, as JSON; files in it are named by their place, the server puts their content or URL there."""

from __future__ import annotations

import io
import json
import os
from typing import Any, Callable, List, NamedTuple, Tuple, Union

from . import _collection, _enum, _model, _numpy, _secret, _time
from ._unchanged import UNCHANGED

_KINDS = (_secret, _model, _collection, _enum, _time, _numpy)

Place = Tuple[Union[str, int], ...]


class OutputFile(NamedTuple):
    at: Place
    value: Any
    """An ``os.PathLike`` or an ``io.IOBase``."""


class Encoded(NamedTuple):
    text: bytes
    """JSON; null where a file goes."""
    files: List[OutputFile]


def encode(value: Any) -> Encoded:
    """Raises TypeError for what JSON cannot hold, ValueError for NaN and Infinity."""
    try:
        return Encoded(_dump(value, _encode_fast), [])
    except _NeedsPlaces:
        files: List[OutputFile] = []
        return Encoded(_dump(value, lambda value: _encode_plain(_walk(value, (), files))), files)


class _NotJson(Exception):
    """It holds an object that JSON has no place for."""


class _NeedsPlaces(Exception):
    """There is a file, a one-time iterator or an odd key in it: walk it ourselves."""


def _dump(value: Any, encode_text: Callable[[Any], str]) -> bytes:
    try:
        return encode_text(value).encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError("the output has a lone surrogate, which is not text that JSON can carry") from None
    except ValueError as error:
        if "Out of range float" in str(error):
            raise ValueError("the output has NaN or Infinity, which JSON cannot carry") from None
        if "Circular reference" in str(error):
            raise ValueError("the output contains itself, which JSON cannot carry") from None
        raise
    except _NotJson as error:
        # Anew, so that the traceback does not lead into the encoder.
        raise TypeError(str(error)) from None
    except TypeError as error:
        if "keys must be" in str(error):
            raise _NeedsPlaces from None
        raise


def _plain_or_raise(value: Any) -> Any:
    for kind in _KINDS:
        plain = kind.plain(value)
        if plain is not UNCHANGED:
            return plain
    raise _NotJson(f"Object of type {type(value).__name__} is not JSON serializable")


def _default(value: Any) -> Any:
    if _is_file(value) or _collection.is_iterator(value):
        raise _NeedsPlaces
    return _plain_or_raise(value)


_encode_fast = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_default).encode
_encode_plain = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


def _walk(value: Any, at: Place, files: List[OutputFile]) -> Any:
    if value is None or isinstance(value, (str, int, float)):
        return value
    if _is_file(value):
        files.append(OutputFile(at, value))
        return None
    if isinstance(value, dict):
        named = {_key(key): item for key, item in value.items()}
        return {key: _walk(item, (*at, key), files) for key, item in named.items()}
    if isinstance(value, (list, tuple)):
        return [_walk(item, (*at, index), files) for index, item in enumerate(value)]
    return _walk(_plain_or_raise(value), at, files)


def _key(key: Any) -> str:
    if isinstance(key, str):
        return key
    plain = _enum.plain(key)
    if plain is not UNCHANGED:
        return _key(plain)
    if key is None or isinstance(key, (bool, int, float)):
        return json.dumps(key)
    return str(key)


def _is_file(value: Any) -> bool:
    return isinstance(value, (os.PathLike, io.IOBase))
