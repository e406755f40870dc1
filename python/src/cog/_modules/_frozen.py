"""``@dataclass(frozen=True)`` without importing ``dataclasses``, which takes longer than all the rest of the SDK.

What it makes is a dataclass to everyone who asks: ``fields()``, ``replace()`` and ``asdict()`` work, setting an attribute
raises ``FrozenInstanceError``. Type checkers see the real decorator.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def dataclass(frozen: bool = True, repr: bool = True) -> Any:
    """Of a class whose fields all have plain defaults and whose annotations are text."""

    def decorate(cls: type) -> type:
        names = list(cls.__dict__["__annotations__"])
        made = {
            "__init__": _init(cls, names),
            "__eq__": lambda self, other: (
                _values(self, names) == _values(other, names) if type(other) is type(self) else NotImplemented
            ),
            "__hash__": lambda self: hash(_values(self, names)),
            "__setattr__": _refuse("assign to"),
            "__delattr__": _refuse("delete"),
            "__match_args__": tuple(names),
            "__dataclass_fields__": _Dataclass("__dataclass_fields__"),
            "__dataclass_params__": _Dataclass("__dataclass_params__"),
        }
        if repr:
            made["__repr__"] = lambda self: f"{cls.__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in names)})"
        for name, value in made.items():
            setattr(cls, name, value)
        return cls

    return decorate


def _init(cls: type, names: list[str]) -> Any:
    """A real signature, so that wrong calls fail in Python's own words."""
    parameters = ", ".join(f"{name}=_cls.{name}" for name in names)
    body = "".join(f"\n    _set(self, {name!r}, {name})" for name in names)
    scope = {"_cls": cls, "_set": object.__setattr__}
    exec(f"def __init__(self, {parameters}):{body}", scope)
    return scope["__init__"]


def _values(record: Any, names: list[str]) -> tuple[Any, ...]:
    return tuple(getattr(record, name) for name in names)


def _refuse(what: str) -> Any:
    def refuse(_self: Any, name: str, *_value: Any) -> None:
        from dataclasses import FrozenInstanceError

        raise FrozenInstanceError(f"cannot {what} field {name!r}")

    return refuse


class _Dataclass:
    """What ``dataclasses`` writes on a class, made when it is first looked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, _instance: Any, owner: type) -> Any:
        import dataclasses

        cls = next(cls for cls in owner.__mro__ if cls.__dict__.get(self._name) is self)
        annotations = cls.__dict__["__annotations__"]
        body = {"__annotations__": dict(annotations), "__module__": cls.__module__, **_defaults(cls, annotations)}
        twin: Any = dataclasses.dataclass(frozen=True)(type(cls.__name__, (), body))
        setattr(cls, self._name, getattr(twin, self._name))
        return getattr(cls, self._name)


def _defaults(cls: type, names: Any) -> dict[str, Any]:
    return {name: cls.__dict__[name] for name in names}


__all__ = ["dataclass"]
