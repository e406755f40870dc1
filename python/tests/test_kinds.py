"""conformance/kinds in Python: the same inputs come out of the inspection, and every accepted value reaches user code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Dict, List, Optional, Union

import pytest

import cog
from cog._modules._inspect import endpoint_of
from cog._modules._kinds import decoders_of

ROOT = Path(__file__).parent.parent.parent / "conformance" / "kinds"
SCALARS = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "path": cog.Path,
    "file": cog.File,
    "secret": cog.Secret,
    "object": dict,
}
ARGUMENTS = {
    "ge": "ge",
    "le": "le",
    "minLength": "min_length",
    "maxLength": "max_length",
    "pattern": "regex",
    "choices": "choices",
}


def _tables() -> List[Any]:
    return [
        pytest.param(table, id=f"{file.stem} {json.dumps(table['input'])}")
        for file in sorted(ROOT.glob("*.json"))
        for table in json.loads(file.read_text())
    ]


@pytest.mark.parametrize("table", _tables())
def test_inputs(table: Any) -> None:
    wanted = {name: value for name, value in table["input"].items() if name != "localPaths"}
    annotation = _annotation(wanted["type"])
    if wanted.get("nullable"):
        annotation = Optional[annotation]

    def run(v: Any) -> str:
        return str(v)

    arguments = {argument: wanted[name] for name, argument in ARGUMENTS.items() if name in wanted}
    run.__annotations__["v"] = annotation
    run.__annotations__["return"] = str
    run.__defaults__ = (cog.Input(**arguments),) if arguments else ()
    (found,) = endpoint_of(run)["inputs"]
    required = "nullable" not in wanted or wanted["type"]["kind"] == "union"
    assert found == {"name": "v", "nullable": False, "required": required, **wanted}

    decode = decoders_of(run).get("v", lambda value: value)
    for row in table["rows"]:
        if row["accept"] and not _needs_network(row["value"]):
            assert _is_of(decode(row["value"]), wanted["type"]), row


def _annotation(kind: Dict[str, Any]) -> Any:
    if kind["kind"] == "list":
        return List[_annotation(kind["items"])]  # type: ignore[misc]
    if kind["kind"] == "union":
        return Union[tuple(map(_annotation, kind["members"]))]
    return SCALARS[kind["kind"]]


def _needs_network(value: Any) -> bool:
    return "://" in json.dumps(value)


def _is_of(value: Any, kind: Dict[str, Any]) -> bool:
    if value is None:
        return True
    if kind["kind"] == "list":
        return isinstance(value, list) and all(_is_of(item, kind["items"]) for item in value)
    if kind["kind"] == "union":
        return any(_is_of(value, member) for member in kind["members"])
    if kind["kind"] == "file":
        return isinstance(value, io.IOBase)
    return isinstance(value, SCALARS[kind["kind"]]) and (kind["kind"] != "integer" or not isinstance(value, bool))
