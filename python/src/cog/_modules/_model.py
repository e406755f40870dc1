from __future__ import annotations

import sys

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import field
    from typing import Any, Dict

    from typing_extensions import dataclass_transform
else:
    field = None

    def dataclass_transform(**_: Any) -> Any:
        return lambda cls: cls


@dataclass_transform(field_specifiers=(field,))
class BaseModel:
    """A structured output (or input): every subclass becomes a dataclass.

    >>> class Caption(BaseModel):
    ...     text: str
    ...     score: float = 1.0
    >>> Caption("a cat")
    Caption(text='a cat', score=1.0)
    """

    def __init_subclass__(cls, *, auto_dataclass: bool = True, init: bool = True, **kwargs: Any) -> None:
        # Here and not above: most models import BaseModel's neighbours only, and this takes longer than all of them.
        from dataclasses import dataclass, is_dataclass

        super().__init_subclass__()
        primary = cls.__bases__[0]
        if not issubclass(primary, BaseModel):
            raise TypeError(f'Primary base class of "{cls.__name__}" must inherit from BaseModel')
        if not auto_dataclass:
            if primary is not BaseModel and primary.__dict__.get("_cog_auto_dataclass", False):
                raise ValueError(
                    f'Primary base class of "{cls.__name__}" was turned into a dataclass, "{cls.__name__}" must be too'
                )
            cls._cog_auto_dataclass = False
            return
        for base in cls.__bases__[1:]:
            if is_dataclass(base):
                raise TypeError(f'Cannot mixin dataclass "{base.__name__}" while inheriting from BaseModel')
        cls._cog_auto_dataclass = True
        _default_optional_fields(cls)
        dataclass(init=init, **kwargs)(cls)

    if TYPE_CHECKING:
        _cog_auto_dataclass: Any
    else:
        _cog_auto_dataclass = False


def _default_optional_fields(cls: type) -> None:
    """``Optional[X]`` without a default may be left out, as the documentation of both eras shows."""
    for name, annotation in _own_annotations(cls).items():
        if not hasattr(cls, name) and _is_optional(annotation):
            setattr(cls, name, None)


def _own_annotations(cls: type) -> Dict[str, Any]:
    """Before 3.10 a class without any shows those of its base."""
    return cls.__annotations__ if sys.version_info >= (3, 10) else cls.__dict__.get("__annotations__", {})


def _is_optional(annotation: Any) -> bool:
    if isinstance(annotation, str):
        text = annotation.replace(" ", "")
        return text.startswith(("Optional[", "typing.Optional[", "t.Optional[")) or "None" in text.split("|")
    typing: Any = sys.modules.get("typing")
    is_union = typing is not None and getattr(annotation, "__origin__", None) is typing.Union
    if type(annotation).__name__ == "UnionType":
        is_union = True
    return is_union and type(None) in annotation.__args__
