"""Objects with fields: pydantic models of both eras, dataclasses (``cog.BaseModel`` among them)."""

from __future__ import annotations

from typing import Any

from ._unchanged import UNCHANGED


def plain(value: Any) -> Any:
    kind = type(value)
    if callable(getattr(kind, "model_dump", None)):
        return value.model_dump()
    if callable(getattr(kind, "dict", None)) and not isinstance(value, dict):
        return value.dict()
    if not hasattr(kind, "__dataclass_fields__"):
        return UNCHANGED
    from dataclasses import fields

    return {field.name: getattr(value, field.name) for field in fields(value)}
