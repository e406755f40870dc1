"""The types and functions that model authors use, outside of any server."""

from __future__ import annotations

import copy
import dataclasses
import io
import pathlib
import pickle
from pathlib import Path as PlainPath
from typing import Any, AsyncIterator, Dict, Iterator, List, Optional, Tuple

import pytest

import cog
from cog._modules._scope import Scope, running
from cog._modules._urls import get_filename


def test_runner_forwards_between_the_two_names() -> None:
    class New(cog.BaseRunner):
        def run(self, x: int) -> int:  # type: ignore[override]
            return x + 1

    class Old(cog.BasePredictor):
        def predict(self, x: int) -> int:  # type: ignore[override]
            return x + 2

    assert New().run(1) == 2
    assert Old().run(1) == 3
    with pytest.warns(DeprecationWarning, match=r"New.predict\(\) is deprecated; use run\(\) instead"):
        assert New().predict(1) == 2
    with pytest.raises(NotImplementedError, match=r"run has not been implemented by parent class\."):
        cog.BaseRunner().run()


def test_input_is_a_frozen_record() -> None:
    field = cog.Input(1, ge=0, choices=[1, 2], accept="image/*")
    assert (field.default, field.ge, field.choices, field.accept) == (1, 0, [1, 2], "image/*")
    assert [f.name for f in dataclasses.fields(field)] == (
        ["default", "description", "ge", "le", "min_length", "max_length", "regex", "choices", "deprecated", "accept"]
    )
    with pytest.raises(dataclasses.FrozenInstanceError):
        field.default = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del field.default
    assert dataclasses.is_dataclass(cog.FieldInfo)
    assert dataclasses.replace(field, ge=1) == cog.Input(1, ge=1, choices=[1, 2], accept="image/*")
    assert dataclasses.asdict(cog.Input("x"))["default"] == "x"
    assert pickle.loads(pickle.dumps(field)) == copy.deepcopy(field) == field
    assert repr(cog.Input(2)).startswith("FieldInfo(default=2, description=None, ge=None,")

    @dataclasses.dataclass(frozen=True)
    class More(cog.FieldInfo):
        extra: int = 1

    assert [f.name for f in dataclasses.fields(More)][-2:] == ["accept", "extra"]
    with pytest.raises(TypeError, match="literal default"):
        cog.Input(default_factory=list)
    with pytest.raises(TypeError):
        cog.Input(1, 2)  # type: ignore[misc]
    with pytest.raises(TypeError):
        cog.Input(gt=1)  # type: ignore[call-arg]


def test_paths_stay_paths(tmp_path: PlainPath) -> None:
    path = cog.Path(str(tmp_path)) / "a.txt"
    path.write_text("x")
    for derived in (
        path,
        path.parent,
        path.with_suffix(".b"),
        path.resolve(),
        copy.copy(path),
        pickle.loads(pickle.dumps(path)),
    ):
        assert type(derived) is cog.Path
    assert [type(p) for p in path.parent.glob("*")] == [cog.Path]
    assert isinstance(path, pathlib.PosixPath)
    assert cog.Path.validate(path) is path
    assert type(cog.Path.validate("a/b")) is cog.Path


def test_url_paths_become_files() -> None:
    path = cog.Path.validate("data:text/plain;base64,aGk=")
    assert isinstance(path, cog.URLPath)
    assert str(path) == "data:text/plain;base64,aGk="
    assert (path.filename, path.source[:5]) == ("file.txt", "data:")
    local = path.convert()
    assert (type(local), local.read_text(), local.name.endswith("file.txt")) == (cog.Path, "hi", True)
    assert path.convert() is local
    path.unlink()
    assert not local.exists()
    path.unlink(missing_ok=True)
    with pytest.raises(FileNotFoundError):
        path.unlink()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.com/a%20photo+one.jpg?size=1#top", "a photo one.jpg"),
        ("https://example.com/a%2Fb%00c.png", "a_b_c.png"),
        ("data:image/png;base64,AA==", "file.png"),
        ("data:made/up,x", "file"),
        ("https://example.com/" + "ü" * 300 + ".png", "ü" * 97 + "~.png"),
    ],
)
def test_names_of_urls(url: str, name: str) -> None:
    assert get_filename(url) == name
    assert len(name.encode()) <= 200


def test_files() -> None:
    handle = io.BytesIO(b"x")
    assert cog.File.validate(handle) is handle
    assert cog.File(handle) is handle
    assert cog.File.validate("data:,a%20b").read() == b"a b"  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match=r"'ftp' is not a valid URL scheme\. 'data', 'http', or 'https' is supported\."):
        cog.File.validate("ftp://x/y")
    file = cog.File.validate("http://127.0.0.1:1/b.txt")
    assert isinstance(file, cog.URLFile)
    assert file.name == "b.txt"
    assert pickle.loads(pickle.dumps(file)).name == "b.txt"
    with pytest.raises(ValueError, match="HTTP"):
        cog.URLFile("ftp://x/y")


def test_secrets_do_not_show() -> None:
    secret = cog.Secret("hunter2")
    assert (str(secret), repr(secret), f"{secret}") == ("**********", "Secret(**********)", "**********")
    assert secret.get_secret_value() == "hunter2"
    assert secret == cog.Secret("hunter2") != cog.Secret("other")
    assert {secret: 1}[cog.Secret("hunter2")] == 1
    assert [f.name for f in dataclasses.fields(secret)] == ["secret_value"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        secret.secret_value = "shown"  # type: ignore[misc]
    assert str(cog.Secret()) == ""


def test_base_model_makes_dataclasses() -> None:
    class Out(cog.BaseModel):
        text: str
        score: Optional[float]

    class More(Out, frozen=False):
        tags: Optional[List[str]] = None

    # Type checkers want the Optional field; older models leave it out.
    assert Out("a") == Out(text="a", score=None)  # type: ignore[call-arg]
    assert dataclasses.asdict(More("a", 1.0, ["t"])) == {"text": "a", "score": 1.0, "tags": ["t"]}

    class Frozen(cog.BaseModel, frozen=True):
        x: int

    with pytest.raises(dataclasses.FrozenInstanceError):
        Frozen(1).x = 2  # type: ignore[misc]

    class Plain(cog.BaseModel, auto_dataclass=False):
        pass

    assert not dataclasses.is_dataclass(Plain)
    with pytest.raises(ValueError, match="must be too"):
        type("Broken", (Out,), {}, auto_dataclass=False)
    with pytest.raises(TypeError, match='Primary base class of "Mixed" must inherit from BaseModel'):
        type("Mixed", (dict, cog.BaseModel), {})
    with pytest.raises(TypeError, match="Cannot mixin dataclass"):
        type("Mixed", (Out, dataclasses.dataclass(type("D", (), {}))), {})


def test_decorators() -> None:
    async def stream() -> Any:
        yield 1

    def plain() -> None: ...

    assert cog.streaming(plain) is cog.streaming()(plain) is plain
    assert cog.concurrent(max=4)(stream).__cog_concurrent_max__ == 4  # type: ignore[attr-defined]
    assert cog.concurrent(plain).__cog_concurrent_max__ == 1  # type: ignore[attr-defined]
    for wrong, error, message in [
        (lambda: cog.concurrent(max=True), TypeError, "concurrent max must be an integer"),
        (lambda: cog.concurrent(max="4"), TypeError, "concurrent max must be an integer"),  # type: ignore[call-overload]
        (lambda: cog.concurrent(max=0), ValueError, "concurrent max must be at least 1"),
        (lambda: cog.concurrent(max=2)(plain), TypeError, "concurrent max greater than 1 requires an async function"),
        (lambda: cog.concurrent(4), TypeError, "concurrent must be used as @concurrent or"),  # type: ignore[call-overload]
    ]:
        with pytest.raises(error, match=message):
            wrong()  # type: ignore[no-untyped-call]


def test_other_names() -> None:
    assert repr(cog.Opaque) == "cog.Opaque"
    assert pickle.loads(pickle.dumps(cog.Opaque)) is cog.Opaque
    assert cog.CancelationException.__bases__ == (BaseException,)
    assert issubclass(cog.ConcatenateIterator[str].__origin__, Iterator)  # type: ignore[attr-defined]
    assert issubclass(cog.AsyncConcatenateIterator[str].__origin__, AsyncIterator)  # type: ignore[attr-defined]


Recorded = List[Tuple[str, Any, str]]


@pytest.fixture
def recorded() -> Any:
    seen: Recorded = []
    token = running.set(Scope(lambda *metric: seen.append(metric), {"who": "me"}))
    yield seen
    running.reset(token)


def test_outside_of_a_prediction_everything_is_accepted() -> None:
    scope = cog.current_scope()
    scope.record_metric("not a name", object(), mode="nonsense")
    scope.metrics["x"] = None
    del scope.metrics["predict_time"]
    assert scope.context == {}


def test_metrics(recorded: Recorded) -> None:
    scope = cog.current_scope()
    scope.record_metric("a.b_c", 1)
    scope.metrics["a.b_c"] = 2
    scope.record_metric("a.b_c", 3, mode="incr")
    scope.metrics.record("list", "x", "append")
    scope.record_metric("a.b_c", None)
    scope.record_metric("a.b_c", "text now")
    del scope.metrics["predict_time"]
    assert scope.context == {"who": "me"}
    assert recorded == [
        ("a.b_c", 1, "replace"),
        ("a.b_c", 2, "replace"),
        ("a.b_c", 3, "increment"),
        ("list", "x", "append"),
        ("a.b_c", None, "replace"),
        ("a.b_c", "text now", "replace"),
    ]


WRONG: Dict[str, Tuple[type, Tuple[Any, ...]]] = {
    "mode": (TypeError, ("x", 1, "sum")),
    "tuple": (TypeError, ("x", (1,))),
    "object": (TypeError, ("x", object())),
    "none to add": (TypeError, ("x", None, "incr")),
    "bool to add": (TypeError, ("x", True, "incr")),
    "text to add": (TypeError, ("x", "1", "incr")),
    "other type": (TypeError, ("known", 1.0)),
    "other type appended": (TypeError, ("known", "x", "append")),
    "bool is not int": (TypeError, ("known", True)),
    "empty": (ValueError, ("", 1)),
    "long": (ValueError, ("a" * 129, 1)),
    "deep": (ValueError, ("a.b.c.d.e", 1)),
    "empty segment": (ValueError, ("a..b", 1)),
    "digit first": (ValueError, ("1a", 1)),
    "double underscore": (ValueError, ("a__b", 1)),
    "trailing underscore": (ValueError, ("a_", 1)),
    "dash": (ValueError, ("a-b", 1)),
    "not ASCII": (ValueError, ("ü", 1)),
    "reserved": (ValueError, ("predict_time", 1)),
    "reserved prefix": (ValueError, ("cog.x", 1)),
}


@pytest.mark.parametrize("name", WRONG)
def test_metrics_that_are_refused(recorded: Recorded, name: str) -> None:
    error, arguments = WRONG[name]
    cog.current_scope().record_metric("known", 1)
    with pytest.raises(error):
        cog.current_scope().record_metric(*arguments)
    assert recorded == [("known", 1, "replace")]
