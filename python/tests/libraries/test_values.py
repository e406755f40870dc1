"""Outputs made with real libraries, which the SDK never imports itself."""

from __future__ import annotations

import datetime
import enum
import io
import json
from pathlib import Path as PlainPath
from typing import Any, Dict, List, Optional

import numpy as np
import pydantic
import pytest

import cog
from cog._modules._inspect import endpoint_of
from cog._modules._kinds import encode


def output_of(value: Any) -> Any:
    encoded = encode(value)
    assert encoded.files == []
    return json.loads(encoded.text)


class Color(enum.Enum):
    RED = "red"


class Point(pydantic.BaseModel):
    x: float
    label: Optional[str] = None
    color: Color = Color.RED
    at: datetime.datetime = datetime.datetime(2024, 1, 2, 3, 4, 5)


class Shape(pydantic.BaseModel):
    points: List[Point]
    named: Dict[str, Point] = {}
    file: Optional[PlainPath] = None
    key: Optional[pydantic.SecretStr] = None


POINT = {"x": 1.0, "label": None, "color": "red", "at": "2024-01-02T03:04:05"}


def test_numpy() -> None:
    assert output_of(np.int64(2**62)) == 2**62
    assert output_of(np.float32(0.5)) == 0.5
    assert output_of(np.bool_(True)) is True
    assert output_of(np.array([[1, 2], [3, 4]])) == [[1, 2], [3, 4]]
    assert output_of(np.array(3.5)) == 3.5
    assert output_of(np.str_("text")) == "text"
    assert output_of({"a": [np.float64(1.5), {"b": np.zeros(2)}], "c": (np.uint8(3),)}) == {"a": [1.5, {"b": [0, 0]}], "c": [3]}
    assert output_of(iter([np.int32(1), np.int32(2)])) == [1, 2]
    assert output_of({np.int64(1): "key"}) == {"1": "key"}


@pytest.mark.parametrize("value", [np.float32("nan"), np.array([1.0, np.inf]), {"a": [np.float64("-inf")]}, float("nan")])
def test_what_json_cannot_carry_fails(value: Any) -> None:
    with pytest.raises(ValueError, match="NaN or Infinity"):
        encode(value)


def test_pydantic() -> None:
    assert output_of(Point(x=1)) == POINT
    shape = Shape(points=[Point(x=1)], named={"a": Point(x=1)})
    assert output_of([shape]) == [{"points": [POINT], "named": {"a": POINT}, "file": None, "key": None}]


def test_files_in_models_keep_their_place(tmp_path: PlainPath) -> None:
    file = tmp_path / "a.txt"
    encoded = encode({"shapes": [Shape(points=[], file=file)], "text": io.StringIO("x")})
    assert [at for at, _ in encoded.files] == [("shapes", 0, "file"), ("text",)]
    assert encoded.files[0].value == file
    assert json.loads(encoded.text)["shapes"][0]["file"] is None


def test_secrets_do_not_leave() -> None:
    shape = Shape(points=[], key="hunter2")  # type: ignore[arg-type]
    assert "hunter2" not in repr(encode([shape, {"a": cog.Secret("hunter2")}, shape.key]))


def test_models_in_models() -> None:
    class Output(cog.BaseModel):
        point: Point
        values: Any
        when: datetime.date

    result = output_of(Output(Point(x=1), np.arange(3), datetime.date(2024, 1, 2)))
    assert result == {"point": POINT, "values": [0, 1, 2], "when": "2024-01-02"}


def test_the_interface_of_a_pydantic_model() -> None:
    class Result(pydantic.BaseModel):
        name: str
        score: float = 1.0
        note: Optional[str] = None
        tags: List[str] = pydantic.Field(default_factory=list)

    def run() -> Any: ...

    run.__annotations__["return"] = Result
    fields = endpoint_of(run)["output"]["fields"]
    assert [(field["name"], field["nullable"], field["required"]) for field in fields] == [
        ("name", False, True),
        ("score", False, False),
        ("note", True, False),
        ("tags", False, True),
    ]
