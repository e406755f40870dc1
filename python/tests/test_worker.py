"""The worker, from the server's side of its sockets: setup, predictions, iterators, failures."""

from __future__ import annotations

from pathlib import Path

import pytest

from cog._modules._worker import _frames as frames
from worker_client import WorkerClient, outputs, text_of

HELLO = """
from cog import BaseRunner, Input
class Runner(BaseRunner):
    def setup(self): print("loading")
    def run(self, text: str = Input(default="you"), n: int = 1) -> str:
        return "hello " * n + text
"""


def test_predicts(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, HELLO) as worker:
        assert worker.ready() == {"pid": worker.pid, "slots": 1, "files": {}, "healthcheck": False}
        assert worker.setup_logs == "loading\n"
        assert worker.result(text="world", n=2.0) == "hello hello world"
        assert worker.result(2) == "hello you"


def test_a_function_a_static_method_and_the_older_names(tmp_path: Path) -> None:
    source = """
from cog import BasePredictor
def fn(x: float): return x
class Static:
    @staticmethod
    def run(x: float): return x
class Old(BasePredictor):
    def predict(self, x: float): return x
"""
    for name in ("fn", "Static", "Old"):
        with WorkerClient(tmp_path, source, f"run.py:{name}") as worker:
            worker.ready()
            assert repr(worker.result(x=1)) == "1.0"
    assert "Old.predict() is deprecated" in worker.setup_logs
    assert "BasePredictor is deprecated" in worker.setup_logs


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("class Runner:\n  def setup(self): raise RuntimeError('no weights')\n  def run(self): pass", "no weights"),
        ("class Runner:\n  def run(self): pass\n  def predict(self): pass", "must define either run() or predict(), not both"),
        ("class Runner: pass", "run or predict method not found: Runner"),
        ("import does_not_exist", "does_not_exist"),
        ("raise SystemExit(3)", "3"),
    ],
)
def test_setup_fails_with_the_reason(tmp_path: Path, source: str, error: str) -> None:
    with WorkerClient(tmp_path, source) as worker:
        message = worker.next()
        while message.kind == "log":
            message = worker.next()
        assert message.kind == "setupFailed"
        assert error in message.payload["error"]
        assert worker.guardian_message() == {"event": "exited", "code": 1}


def test_concurrency_needs_async(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, HELLO, COG_MAX_CONCURRENCY="2") as worker:
        messages = [worker.next(), worker.next()]
        assert "COG_MAX_CONCURRENCY > 1 requires an async run()" in messages[-1].payload["error"]


def test_train_class_with_only_train_and_weights(tmp_path: Path) -> None:
    source = """
import cog
class Trainer:
    def setup(self, weights: cog.Path): self.weights = weights
    def train(self, n: int): return [type(self.weights).__name__, str(self.weights), n]
"""
    environment = {"COG_TRAIN_TYPE_STUB": "run.py:Trainer", "COG_X_MODE": "train", "COG_WEIGHTS": "a.bin"}
    with WorkerClient(tmp_path, source, **environment) as worker:
        worker.ready()
        assert worker.result(n=3) == ["Path", "a.bin", 3]


def test_iterators_arrive_item_by_item(tmp_path: Path) -> None:
    source = """
class Runner:
    def run(self, kind: str, n: int):
        if kind == "map": return map(str, range(n))
        if kind == "list": return list(range(n))
        def items():
            for i in range(n): yield i
            if kind == "fail": raise ValueError("late")
        return items()
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict(1, kind="generator", n=600)
        end, before = worker.ending(1)
        assert outputs(before) == list(range(600))
        assert (end.payload, end.flags & frames.FLAG_ITERATED) == (None, frames.FLAG_ITERATED)
        worker.predict(2, kind="map", n=2)
        assert outputs(worker.ending(2)[1]) == ["0", "1"]
        worker.predict(3, kind="generator", n=0)
        assert worker.ending(3)[0].flags & frames.FLAG_ITERATED
        assert worker.result(4, kind="list", n=2) == [0, 1]
        worker.predict(5, kind="fail", n=1)
        end, before = worker.ending(5)
        failure = {"error": "late", "exception": {"type": "ValueError"}}
        assert (end.kind, end.payload, outputs(before)) == ("failed", failure, [0])


def test_a_yield_is_seen_while_the_model_goes_on(tmp_path: Path) -> None:
    source = """
import os
class Runner:
    def run(self):
        yield 1
        yield 2
        while not os.path.exists("go"): pass
        yield 3
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict()
        assert [worker.next().payload, worker.next().payload] == [1, 2]
        (tmp_path / "go").touch()
        assert outputs(worker.ending()[1]) == [3]


def test_any_exception_fails_just_that_prediction(tmp_path: Path) -> None:
    source = """
import sys
class Odd(Exception):
    def __str__(self): return ""
class Runner:
    def run(self, how: str):
        print("before", end="")
        if how == "exit": sys.exit(4)
        if how == "interrupt": raise KeyboardInterrupt
        if how == "empty": raise Odd
        if how == "nan": return {"x": [float("nan")]}
        if how == "bytes": return b"x"
        if how == "surrogate": return "\\ud800"
        return undefined
"""
    errors = {
        "exit": "4",
        "interrupt": "KeyboardInterrupt",
        "empty": "Odd",
        "nan": "NaN",
        "bytes": "bytes",
        "surrogate": "surrogate",
    }
    errors["name"] = "'undefined' is not defined"
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        for sequence, (how, error) in enumerate(errors.items(), 1):
            worker.predict(sequence, how=how)
            end, before = worker.ending(sequence)
            assert end.kind == "failed"
            assert error in end.payload["error"]
            assert text_of(end, before).startswith("before")
        assert 'run.py", line' in text_of(end, before)
        assert "_modules" not in text_of(end, before)


def test_unknown_inputs_fail_as_python_says(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, HELLO) as worker:
        worker.ready()
        worker.predict(1, nonsense=1)
        assert "nonsense" in worker.ending()[0].payload["error"]


def test_tells_its_interface(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, HELLO) as worker:
        worker.ready()
        worker.send(frames.INSPECT)
        message = worker.next()
        assert message.kind == "interface"
        inputs = message.payload["predict"]["inputs"]
        assert [(field["name"], field["default"]) for field in inputs] == [("text", "you"), ("n", 1)]
        assert worker.result(2) == "hello you"
