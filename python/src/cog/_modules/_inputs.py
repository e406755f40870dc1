from __future__ import annotations

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import Any, List, Optional, Union
else:
    from ._frozen import dataclass


@dataclass(frozen=True)
class FieldInfo:
    """What ``Input(...)`` returns: the facts about one input."""

    default: Any = None
    description: Optional[str] = None
    ge: Optional[float] = None
    le: Optional[float] = None
    min_length: Optional[int] = None
    max_length: Optional[int] = None
    regex: Optional[str] = None
    choices: Optional[List[Union[str, int, float]]] = None
    deprecated: Optional[bool] = None
    accept: Optional[str] = None


class _NotGiven:
    def __repr__(self) -> str:
        return "None"


_NOT_GIVEN = _NotGiven()


def has_default(field: FieldInfo) -> bool:
    """Whether ``Input(default=None)`` was written, or nothing: an input without a default is required."""
    return field.default is not None or getattr(field, "_default_is_none", False)


def Input(  # noqa: N802 - a public name
    default: Any = _NOT_GIVEN,
    *,
    default_factory: Any = None,
    description: str | None = None,
    ge: float | None = None,
    le: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    regex: str | None = None,
    choices: list[Any] | None = None,
    deprecated: bool | None = None,
    accept: str | None = None,
) -> Any:
    """Describe an input of ``run()``; written as the default of its parameter.

    >>> def run(scale: float = Input(default=1.5, ge=0, le=10, description="Factor")) -> float: ...
    """
    if default_factory is not None:
        raise TypeError("Input() does not support default_factory; write a literal default instead, e.g. Input(default=[])")
    field = FieldInfo(
        default=None if default is _NOT_GIVEN else default,
        description=description,
        ge=ge,
        le=le,
        min_length=min_length,
        max_length=max_length,
        regex=regex,
        choices=choices,
        deprecated=deprecated,
        accept=accept,
    )
    # Not a field: to the model's code the two are the same.
    object.__setattr__(field, "_default_is_none", default is None)
    return field
