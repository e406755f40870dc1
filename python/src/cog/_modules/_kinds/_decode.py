"""The parameters of a function, and what their annotations ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, Optional, Tuple

from . import _enum, _file, _number, _path, _secret
from ._unions import union_members

if TYPE_CHECKING:
    from types import FunctionType

Decoder = Callable[[Any], Any]

_KINDS = (_number, _path, _file, _secret, _enum)
_ITEM_KINDS = (_number, _path, _file, _enum)  # Cog hands the texts of list[Secret] over unwrapped.


def decoders_of(function: Any) -> Dict[str, Decoder]:
    """By parameter, only those whose values change."""
    found = ((name, _decoder(annotation)) for name, annotation in annotations_of(function).items())
    return {name: decoder for name, decoder in found if decoder is not None}


def file_kinds_of(function: Any) -> Dict[str, str]:
    """The parameters annotated Path or File, also in Optional and list: "path" or "file"."""
    found = ((name, _file_kind(annotation)) for name, annotation in annotations_of(function).items())
    return {name: kind for name, kind in found if kind is not None}


def annotations_of(function: Any) -> Dict[str, Any]:
    """Evaluated one by one, so that one that this Python cannot evaluate does not take the others with it."""
    function = _unwrapped(function)
    annotations: Dict[str, Any] = dict(getattr(function, "__annotations__", None) or {})
    annotations.pop("return", None)
    if not any(_is_text(annotation) for annotation in annotations.values()):
        return annotations
    import typing

    try:
        hints = typing.get_type_hints(function)
    except Exception:
        return dict(_evaluated(annotations, function))
    return {name: hints[name] for name in annotations if name in hints}


def _evaluated(annotations: Dict[str, Any], function: FunctionType) -> Iterable[Tuple[str, Any]]:
    for name, annotation in annotations.items():
        try:
            yield name, eval(annotation, function.__globals__) if isinstance(annotation, str) else annotation
        except Exception:
            continue


def _is_text(annotation: Any) -> bool:
    """Text to evaluate, or may hold some: ``Optional["Path"]``."""
    return isinstance(annotation, str) or "ForwardRef" in repr(annotation)


def _unwrapped(function: Any) -> Any:
    function = getattr(function, "__func__", function)
    seen = 0
    while hasattr(function, "__wrapped__") and seen < 100:
        function = getattr(function.__wrapped__, "__func__", function.__wrapped__)
        seen += 1
    if not hasattr(function, "__annotations__"):
        function = getattr(function, "func", None) or type(function).__call__
    return function


def _decoder(annotation: Any, kinds: Tuple[Any, ...] = _KINDS) -> Optional[Decoder]:
    annotation = required(annotation)
    items = _items(annotation)
    if items is not None:
        item_decoder = _decoder(items, _ITEM_KINDS)
        return None if item_decoder is None else _list_decoder(item_decoder)
    for kind in kinds:
        decoder: Optional[Decoder] = kind.decoder(annotation)
        if decoder is not None:
            return _unless_none(decoder)
    return None


def _file_kind(annotation: Any) -> Optional[str]:
    annotation = required(annotation)
    items = _items(annotation)
    if items is not None:
        return _file_kind(items)
    if _path.decoder(annotation) is not None:
        return "path"
    return "file" if _file.decoder(annotation) is not None else None


def _unless_none(decoder: Decoder) -> Decoder:
    return lambda value: None if value is None else decoder(value)


def _list_decoder(decoder: Decoder) -> Decoder:
    return lambda value: [decoder(item) for item in value] if isinstance(value, list) else value


def required(annotation: Any) -> Any:
    """T of ``Optional[T]``, ``T | None`` and ``Annotated[T, ...]``."""
    while True:
        if hasattr(annotation, "__metadata__"):
            annotation = annotation.__origin__
            continue
        members = union_members(annotation)
        rest = [member for member in members if member is not type(None)]
        if len(rest) != 1 or len(members) == 1:
            return annotation
        annotation = rest[0]


def _items(annotation: Any) -> Any:
    """T of ``list[T]``; None for anything else."""
    if getattr(annotation, "__origin__", None) is not list:
        return None
    arguments = getattr(annotation, "__args__", ())
    return arguments[0] if arguments else None
