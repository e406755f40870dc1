"""What a loaded model takes and gives, as the server's ``ModelInterface`` (core/schema/interface.ts).

The command line reads the same from the source, without running it. This is for a server that finds no schema file. Both
must agree on ``conformance/schema``.
"""

from __future__ import annotations

import collections.abc
import enum
import inspect
import os
import sys
import typing
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from ._decorators import CONCURRENT_ATTRIBUTE, STREAMING_ATTRIBUTE, is_async
from ._errors import CogError
from ._inputs import FieldInfo, has_default
from ._opaque import Opaque

if typing.TYPE_CHECKING:
    from ._load import Model

Json = Dict[str, Any]


class InterfaceError(CogError):
    """A parameter or return type that has no place in the schema."""


def interface_of(model: Model, train: bool = False) -> Json:
    """``{"predict": ...}``, or ``{"train": ...}`` for a class with ``train()`` and when ``train`` says so."""
    return {"train" if train or model.method == "train" else "predict": endpoint_of(model.function)}


def endpoint_of(function: Any) -> Json:
    function = function if hasattr(function, "__code__") else type(function).__call__
    hints = _hints_of(function)
    if "return" not in hints:
        raise InterfaceError(f"missing return type annotation for {function.__name__}")
    return {
        "inputs": [_input_of(parameter, hints) for parameter in _parameters_of(function)],
        "output": {"kind": "null"} if hints["return"] in (None, type(None)) else _output_type(hints["return"], "", ()),
        "streaming": bool(getattr(function, STREAMING_ATTRIBUTE, False)),
        "async": is_async(function),
        "concurrency": getattr(function, CONCURRENT_ATTRIBUTE, None),
    }


def _parameters_of(function: Any) -> List[inspect.Parameter]:
    parameters = list(inspect.signature(function).parameters.values())
    if parameters and parameters[0].name in ("self", "cls") and parameters[0].annotation is inspect.Parameter.empty:
        parameters = parameters[1:]
    named = []
    for parameter in parameters:
        if parameter.kind not in (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD):
            named.append(parameter)
        elif parameter.annotation is not inspect.Parameter.empty:
            raise InterfaceError(f"parameter {parameter} cannot be an input")
    return named


# Inputs


class _Typing(NamedTuple):
    type: Json
    nullable: bool = False
    choices: Optional[List[Any]] = None


class _Default(NamedTuple):
    known: bool
    """False: Python makes one that JSON cannot hold."""
    given: bool
    value: Any = None


_ARGUMENTS = {
    "description": "description",
    "ge": "ge",
    "le": "le",
    "min_length": "minLength",
    "max_length": "maxLength",
    "regex": "pattern",
}


def _input_of(parameter: inspect.Parameter, hints: Dict[str, Any]) -> Json:
    name = parameter.name
    if name not in hints:
        raise InterfaceError(f'missing type annotation for parameter "{name}"')
    found = _input_type(hints[name], name)
    info = parameter.default if isinstance(parameter.default, FieldInfo) else FieldInfo()
    result: Json = {"name": name, "type": found.type, **_presence(found, _default_of(parameter.default))}
    for argument, key in _ARGUMENTS.items():
        value = getattr(info, argument)
        if value is not None:
            result[key] = value
    choices = list(info.choices) if info.choices else found.choices
    if choices:
        result["choices"] = [_json_of(choice) for choice in choices]
    if info.deprecated:
        result["deprecated"] = True
    if info.accept is not None:
        _check_accept(found.type, name)
        result["accept"] = info.accept
    if found.type["kind"] == "union" and any(
        key in result for key in ("ge", "le", "minLength", "maxLength", "pattern", "choices")
    ):
        raise InterfaceError(f'input "{name}": constraints cannot be used with a union')
    return result


def _check_accept(kind: Json, name: str) -> None:
    element = kind.get("items", kind) if kind["kind"] == "list" else kind
    if element["kind"] not in ("path", "file"):
        raise InterfaceError(f'input "{name}": accept is only for Path and File inputs')


def _default_of(default: Any) -> _Default:
    if default is inspect.Parameter.empty or (
        isinstance(default, FieldInfo) and (default.default is ... or not has_default(default))
    ):
        return _Default(known=True, given=False)
    try:
        value = _json_of(default.default if isinstance(default, FieldInfo) else default)
    except TypeError:
        return _Default(known=False, given=True)
    return _Default(known=True, given=True, value=value)


def _presence(found: _Typing, default: _Default) -> Json:
    """Whether the input may be left out or null, and its default."""
    if not default.given:
        return {"nullable": found.nullable, "required": not found.nullable or found.type["kind"] == "union"}
    if not default.known and not found.nullable:
        return {"nullable": False, "required": False}
    # A default of None makes a plain type optional: old models rely on leaving such inputs out.
    return {"nullable": found.nullable or default.value is None, "required": False, "default": default.value}


def _json_of(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return _json_of(value.value)
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, os.PathLike):
        return str(value)
    if isinstance(value, dict):
        return {str(key): _json_of(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json_of(item) for item in value]
    raise TypeError(f"{value!r} is not a JSON value")


def _input_type(hint: Any, name: str) -> _Typing:
    opaque = _opaque_shape(hint)
    if opaque is not None:
        is_list, optional = opaque
        return _Typing({"kind": "list", "items": {"kind": "object"}} if is_list else {"kind": "object"}, optional)
    hint = _plain(hint)
    scalar = _scalar(hint)
    if scalar is not None:
        return _Typing(scalar)
    if hint is Any or _origin(hint) is dict or _is_typed_dict(hint):
        return _Typing({"kind": "object"})
    values = _values_of(hint)
    if values is not None:
        return _with_choices(values, name, hint)
    if _origin(hint) is list and _arguments(hint):
        return _input_list(hint, name)
    if _is_union(hint):
        return _input_union(hint, name)
    raise InterfaceError(f'input "{name}": type {_show(hint)} is not supported')


def _input_list(hint: Any, name: str) -> _Typing:
    items = _input_type(_arguments(hint)[0], name)
    if items.nullable or items.type["kind"] in ("list", "union"):
        raise InterfaceError(f'input "{name}": type {_show(hint)} is not supported')
    return _Typing({"kind": "list", "items": items.type}, choices=items.choices)


def _input_union(hint: Any, name: str) -> _Typing:
    arguments = _arguments(hint)
    members = [_input_type(member, name) for member in arguments if member is not type(None)]
    nullable = type(None) in arguments
    if len(members) == 1:
        return members[0]._replace(nullable=True)
    for member in members:
        element = member.type.get("items", member.type)
        if member.choices or element["kind"] in ("path", "file", "secret"):
            raise InterfaceError(
                f'input "{name}": type {_show(hint)} is not supported: a union cannot hold files, secrets or choices'
            )
    return _Typing({"kind": "union", "members": [member.type for member in members]}, nullable)


def _with_choices(values: List[Any], name: str, hint: Any) -> _Typing:
    plain = [value for value in values if value is not None]
    scalar = _scalar_of(plain)
    if scalar is None or scalar["kind"] == "boolean":
        raise InterfaceError(f'input "{name}": the values of {_show(hint)} must be all text or all numbers')
    return _Typing(scalar, len(plain) < len(values), plain)


# Outputs


def _output_type(hint: Any, subject: str, within: Tuple[type, ...]) -> Json:
    opaque = _opaque_shape(hint)
    if opaque is not None and not opaque[1]:
        return {"kind": "list", "items": {"kind": "object"}} if opaque[0] else {"kind": "object"}
    hint = _plain(hint)
    scalar = _scalar(hint)
    if scalar is not None:
        return scalar
    if hint is Any:
        return {"kind": "object"}
    values = _values_of(hint)
    scalar = None if values is None else _scalar_of(values)
    if scalar is not None:
        return scalar
    generic = _output_generic(hint, subject, within)
    if generic is not None:
        return generic
    if isinstance(hint, type):
        fields = _fields_of(hint)
        if fields is not None:
            return {"kind": "object"} if hint in within else _model_of(hint, fields, within)
    if opaque is not None or (_is_union(hint) and type(None) in _arguments(hint)):
        raise InterfaceError(f"{subject}output type {_show(hint)} is optional: an output is always there")
    raise InterfaceError(f"{subject}type {_show(hint)} is not a supported output type")


def _output_generic(hint: Any, subject: str, within: Tuple[type, ...]) -> Optional[Json]:
    origin, arguments = _origin(hint), _arguments(hint)
    if origin is dict:
        if len(arguments) != 2:
            return {"kind": "object"}
        return {"kind": "object", "values": _output_type(arguments[1], f"{subject}resolving dict value type: ", within)}
    if origin is list:
        return {"kind": "list", "items": _output_type(arguments[0], subject, within) if arguments else {"kind": "object"}}
    concatenate = getattr(origin, "__name__", "") in ("ConcatenateIterator", "AsyncConcatenateIterator")
    if not concatenate and origin not in (collections.abc.Iterator, collections.abc.AsyncIterator):
        return None
    if not arguments:
        raise InterfaceError(f"{subject}type {_show(hint)} does not say what it gives")
    items = _output_type(arguments[0], subject, within)
    if concatenate and items["kind"] != "string":
        raise InterfaceError(f"{subject}{_show(hint)} must give str, for its pieces are joined to one text")
    return {"kind": "iterator", "items": items, "concatenate": concatenate}


class _Field(NamedTuple):
    hint: Any
    required: Optional[bool]
    """None: unless it is nullable."""


def _model_of(cls: type, fields: Dict[str, _Field], within: Tuple[type, ...]) -> Json:
    result = []
    for name, field in fields.items():
        opaque = _opaque_shape(field.hint)
        hint = _plain(field.hint)
        nullable = (opaque is not None and opaque[1]) or (_is_union(hint) and type(None) in _arguments(hint))
        members = [member for member in _arguments(hint) if member is not type(None)] if _is_union(hint) else [hint]
        subject = f'field "{name}": '
        if opaque is not None:
            kind: Json = {"kind": "list", "items": {"kind": "object"}} if opaque[0] else {"kind": "object"}
        elif len(members) == 1:
            kind = _output_type(members[0], subject, (*within, cls))
        else:
            raise InterfaceError(f"{subject}type {_show(hint)} is not a supported output type")
        required = not nullable if field.required is None else field.required
        result.append({"name": name, "type": kind, "nullable": nullable, "required": required})
    return {"kind": "model", "name": cls.__name__, "fields": result}


def _fields_of(cls: type) -> Optional[Dict[str, _Field]]:
    """The fields of a dataclass (as every ``cog.BaseModel`` is), a TypedDict or a pydantic model."""
    if _is_typed_dict(cls):
        required = getattr(cls, "__required_keys__", frozenset(cls.__annotations__) if getattr(cls, "__total__", True) else ())
        return {name: _Field(_without_qualifier(hint), name in required) for name, hint in _hints_of(cls).items()}
    dataclass_fields = getattr(cls, "__dataclass_fields__", None)
    if dataclass_fields is not None:
        hints = _hints_of(cls)
        # ClassVar and InitVar are among them too; what dataclasses.fields() tells apart says `_field_type`.
        own = {name: field for name, field in dataclass_fields.items() if field._field_type.name == "_FIELD"}
        return {name: _Field(hints[name], False if _has_plain_default(field) else None) for name, field in own.items()}
    pydantic_fields = getattr(cls, "model_fields", None) or getattr(cls, "__fields__", None)
    if isinstance(pydantic_fields, dict):
        hints = _hints_of(cls)
        return {name: _Field(hints[name], None if _is_required(field) else False) for name, field in pydantic_fields.items()}
    return None


def _has_plain_default(field: Any) -> bool:
    """``= 1``, not ``= field(default_factory=…)``."""
    return type(field.default).__name__ != "_MISSING_TYPE"


def _is_required(field: Any) -> bool:
    """Of pydantic 2, and of pydantic 1. As for dataclasses, a factory is no default that the schema could know."""
    return field.default_factory is not None or bool(field.is_required() if hasattr(field, "is_required") else field.required)


# Types


_NAMED = {"Path": "path", "File": "file", "Secret": "secret"}
_BUILTIN = {str: "string", int: "integer", float: "number", bool: "boolean"}
_QUALIFIERS = ("Required", "NotRequired", "ReadOnly")


def _scalar(hint: Any) -> Optional[Json]:
    """``Path``, ``File`` and ``Secret`` go by their names, whatever they were imported from."""
    if not isinstance(hint, type):
        return None
    kind = _BUILTIN.get(hint) or _NAMED.get(hint.__name__)
    return None if kind is None else {"kind": kind}


def _scalar_of(values: List[Any]) -> Optional[Json]:
    """The one type that all of ``values`` have."""
    kinds = {next((kind for cls, kind in _BUILTIN.items() if type(value) is cls), None) for value in values}
    kind = kinds.pop() if len(kinds) == 1 else None
    return None if kind is None else {"kind": kind}


def _values_of(hint: Any) -> Optional[List[Any]]:
    """Those of a Literal, or of an Enum's members."""
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return [member.value for member in hint]
    if getattr(_origin(hint), "_name", None) == "Literal":
        return list(_arguments(hint))
    return None


def _plain(hint: Any) -> Any:
    """Without Annotated, NewType and ``type X = …``."""
    for _ in range(40):
        if hasattr(hint, "__metadata__"):
            hint = hint.__origin__
        elif hasattr(hint, "__supertype__"):
            hint = hint.__supertype__
        elif type(hint).__name__ == "TypeAliasType":
            hint = hint.__value__
        else:
            break
    return hint


def _opaque_shape(hint: Any) -> Optional[Tuple[bool, bool]]:
    """Whether ``Annotated[T, Opaque]`` is a list, and optional; None for anything else."""
    if not hasattr(hint, "__metadata__") or not any(item is Opaque for item in hint.__metadata__):
        return None
    inner = _plain(hint.__origin__)
    optional = _is_union(inner) and type(None) in _arguments(inner)
    members = [member for member in _arguments(inner) if member is not type(None)] if _is_union(inner) else [inner]
    return len(members) == 1 and _origin(_plain(members[0])) is list, optional


def _without_qualifier(hint: Any) -> Any:
    while getattr(_origin(hint), "_name", None) in _QUALIFIERS:
        hint = _arguments(hint)[0]
    return hint


def _is_union(hint: Any) -> bool:
    return _origin(hint) is Union or type(hint).__name__ == "UnionType"


def _is_typed_dict(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, dict) and hasattr(hint, "__total__")


def _origin(hint: Any) -> Any:
    """``list`` for ``list``, ``List`` and ``List[str]``."""
    origin = getattr(hint, "__origin__", None)
    return hint if origin is None else origin


def _arguments(hint: Any) -> Tuple[Any, ...]:
    """A bare ``List`` has type variables for arguments on old Pythons: it has none."""
    arguments: Tuple[Any, ...] = getattr(hint, "__args__", None) or ()
    return () if any(isinstance(argument, typing.TypeVar) for argument in arguments) else arguments


def _show(hint: Any) -> str:
    return hint.__name__ if isinstance(hint, type) else repr(hint).replace("typing.", "")


def _hints_of(owner: Any) -> Dict[str, Any]:
    """Annotations, those written as text evaluated."""
    if sys.version_info >= (3, 9):
        return typing.get_type_hints(owner, include_extras=True)
    return _hints_with_extras(owner)


def _hints_with_extras(owner: Any) -> Dict[str, Any]:
    """3.8 takes Annotated off, and knows it only from typing_extensions, which has what 3.9 has."""
    extensions: Any = sys.modules.get("typing_extensions")
    if extensions is not None:
        hints: Dict[str, Any] = extensions.get_type_hints(owner, include_extras=True)
        return hints
    return typing.get_type_hints(owner)
