"""The worker, from the server's side of its sockets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, List

import pytest

from cog._modules._worker import _frames as frames
from worker_client import Message, WorkerClient, text_of

HELLO = """
from cog import BaseRunner, Input
class Runner(BaseRunner):
    def setup(self): print("loading")
    def run(self, text: str = Input(default="you"), n: int = 1) -> str:
        return "hello " * n + text
"""


def outputs(messages: List[Message]) -> List[Any]:
    return [message.payload for message in messages if message.kind == "output"]


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
        assert (end.kind, end.payload, outputs(before)) == ("failed", {"error": "late"}, [0])


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
        assert 'run.py", line' in text_of(end)
        assert "_modules" not in text_of(end)


def test_unknown_inputs_fail_as_python_says(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, HELLO) as worker:
        worker.ready()
        worker.predict(1, nonsense=1)
        assert "nonsense" in worker.ending()[0].payload["error"]


CANCELABLE = """
import time, os
from cog import CancelationException
class Runner:
    def run(self, how: str = "loop"):
        print("started", flush=True)
        if how == "done": return "done"
        try:
            if how == "sleep": time.sleep(60)
            while True: pass
        except Exception: return "caught too early"
        except CancelationException:
            print("cleaning up")
            if how == "swallow": return "swallowed"
            if how == "other": raise ValueError("another")
            raise
"""


@pytest.mark.parametrize("how", ["loop", "sleep", "swallow", "other"])
def test_cancel(tmp_path: Path, how: str) -> None:
    with WorkerClient(tmp_path, CANCELABLE) as worker:
        worker.ready()
        worker.predict(1, how=how)
        assert worker.next().logs == [(1, "started\n")]
        for _ in range(3):
            worker.cancel(1)
        end, before = worker.ending(1)
        assert end.kind == "canceled"
        assert text_of(end, before) == "cleaning up\n"
        assert worker.result(2, how="done") == "done"


def test_a_cancel_is_neither_lost_nor_hits_the_next_prediction(tmp_path: Path) -> None:
    source = """
class Runner:
    def run(self, quick: bool):
        n = 0
        while not quick: n += 1
        for _ in range(2000): n += 1
        return "quick"
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        for sequence in range(1, 600, 3):
            # Ends by itself about when the cancel comes; the next one must not notice. The third is canceled at once.
            worker.predict(sequence, quick=True)
            worker.cancel(sequence)
            assert worker.ending(sequence)[0].kind in ("done", "canceled")
            assert worker.result(sequence + 1, quick=True) == "quick"
            worker.predict(sequence + 2, quick=False)
            worker.cancel(sequence + 2)
            assert worker.ending(sequence + 2)[0].kind == "canceled"


def test_a_cancel_swallowed_by_a_destructor_is_raised_again(tmp_path: Path) -> None:
    source = """
class Slow:
    def __del__(self):
        n = 0
        for _ in range(20_000): n += 1
class Runner:
    def run(self):
        print("started", flush=True)
        while True: Slow()
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        for sequence in range(1, 10):
            worker.predict(sequence)
            worker.cancel(sequence)
            assert worker.ending(sequence)[0].kind == "canceled"


def test_cancel_of_a_generator_runs_its_cleanup(tmp_path: Path) -> None:
    source = """
class Runner:
    def run(self):
        try:
            n = 0
            while True:
                n += 1
                yield n
        finally: print("closed")
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict()
        assert worker.next().kind == "output"
        worker.cancel()
        end, before = worker.ending()
        assert end.kind == "canceled"
        assert text_of(end, before) == "closed\n"


def test_logs_of_every_origin(tmp_path: Path) -> None:
    source = """
import contextlib, io, logging, sys, threading, warnings, concurrent.futures
pool = concurrent.futures.ThreadPoolExecutor(1)
class Runner:
    def run(self, n: int):
        print("out", n); sys.stderr.write("err\\n"); sys.stdout.buffer.write(b"bytes\\n")
        logging.warning("logged")
        warnings.warn("warned")
        thread = threading.Thread(target=print, args=("thread",)); thread.start(); thread.join()
        pool.submit(print, "pool").result()
        with contextlib.redirect_stdout(io.StringIO()) as captured: print("hidden")
        sys.stdout, kept = io.StringIO(), sys.stdout
        print("hidden"); sys.stdout = kept
        print("10%\\r20%\\r\\nrest", end="")
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        for sequence in (1, 2):
            worker.predict(sequence, n=sequence)
            text = text_of(*worker.ending(sequence))
            for piece in (
                f"out {sequence}\n",
                "err\n",
                "bytes\n",
                "WARNING:root:logged\n",
                "thread\n",
                "pool\n",
                "10%\r20%\r\nrest",
            ):
                assert text.count(piece) == 1, piece
            assert "hidden" not in text


def test_long_writes_are_cut(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, "class Runner:\n  def run(self): print('x' * 5_000_000)") as worker:
        worker.ready()
        worker.predict()
        text = text_of(*worker.ending())
        assert len(text) == 4 * 1024 * 1024 + 1
        assert text.endswith("[**** LOG LINE TRUNCATED AT 4 MiB ****]\n")


def test_output_of_child_processes_comes_through_the_pipe(tmp_path: Path) -> None:
    source = """
import os, subprocess, sys
class Runner:
    def run(self):
        subprocess.run(["echo", "from a child"], check=True)
        if os.fork() == 0:
            print("from a fork"); os._exit(0)
        os.wait()
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict()
        end, _ = worker.ending()
        assert end.flags & frames.FLAG_RAW_PENDING
        assert worker.raw_output() == b"from a child\nfrom a fork\n"
        worker.predict(2)


def test_user_code_may_close_fork_and_leave(tmp_path: Path) -> None:
    source = """
import multiprocessing, os
def double(n): return 2 * n
class Runner:
    def run(self):
        with multiprocessing.get_context("fork").Pool(2) as pool: doubled = pool.map(double, [1, 2])
        os.close(0); os.close(1); os.close(2); os.chdir("/")
        print("still here")
        return doubled
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict()
        end, before = worker.ending()
        assert (end.payload, text_of(end, before)) == ([2, 4], "still here\n")


def test_the_guardian_reports_how_it_ended(tmp_path: Path) -> None:
    source = """
import os, signal
class Runner:
    def run(self, how: str):
        print("last words")
        if how == "exit": os._exit(7)
        os.kill(os.getpid(), signal.SIGSEGV)
"""
    ends = {"exit": {"event": "exited", "code": 7}, "crash": {"event": "killed", "signal": "SIGSEGV", "outOfMemory": False}}
    for how, expected in ends.items():
        with WorkerClient(tmp_path, source) as worker:
            worker.ready()
            worker.predict(1, how=how)
            if how == "exit":
                assert worker.next().logs == [(1, "last words\n")]
            with pytest.raises(EOFError):
                worker.ending()
            assert worker.guardian_message() == expected
            if how == "crash":
                assert b'run.py", line' in worker.raw_output()


def test_nothing_is_left_when_the_server_is_gone(tmp_path: Path) -> None:
    source = """
import os, subprocess
class Runner:
    def run(self):
        print(subprocess.Popen(["sleep", "60"]).pid, flush=True)
        while True: pass
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict()
        child = int(worker.next().logs[0][1])
    # The guardian has ended, after killing the group; init may need a moment to bury them.
    for pid in (worker.pid, child):
        assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def test_shutdown_runs_what_was_registered_for_the_end(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, "import atexit\natexit.register(print, 'bye')\nclass Runner:\n  def run(self): pass") as worker:
        worker.ready()
        worker.send(frames.SHUTDOWN)
        assert worker.next().logs == [(1, "bye\n")]
        assert worker.guardian_message() == {"event": "exited", "code": 0}


ASYNC = """
import asyncio
from cog import BaseRunner, concurrent, current_scope
class Runner(BaseRunner):
    async def setup(self):
        self.loop = asyncio.get_running_loop()
        self.gate = asyncio.Event()
    @concurrent(max=3)
    async def run(self, name: str):
        assert asyncio.get_running_loop() is self.loop
        print("start", name)
        if name == "open": self.gate.set()
        try: await self.gate.wait()
        finally: print("end", name)
        if name == "boom": raise ValueError("boom")
        self.record_metric("names.seen", name)
        return name + self.scope.context["who"]
"""


def test_async_predictions_run_at_once_and_keep_their_logs_apart(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, ASYNC) as worker:
        assert worker.ready()["slots"] == 3
        for sequence, name in enumerate(["a", "boom", "open"], 1):
            worker.predict(sequence, name=name)
        seen = [worker.next()]
        while sum(message.kind in ("done", "failed") for message in seen) < 3:
            seen.append(worker.next())
        for sequence, name in enumerate(["a", "boom", "open"], 1):
            own = [message for message in seen if message.sequence == sequence]
            assert "".join(text_of(message) for message in own).startswith(f"start {name}\nend {name}\n")
            assert own[-1].payload == ({"error": "boom"} if name == "boom" else f"{name}me")
        metrics = [message.payload for message in seen if message.kind == "metric"]
        assert metrics[0] == {"name": "names.seen", "value": "open", "mode": "replace"} or metrics[0]["value"] == "a"


def test_async_cancel_waits_for_the_task_to_unwind(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, ASYNC) as worker:
        worker.ready()
        worker.predict(1, name="a")
        worker.cancel(1)
        assert worker.ending(1)[0].kind == "canceled"
        worker.predict(2, name="b")
        assert worker.next().logs == [(1, "start b\n")]
        for _ in range(3):
            worker.cancel(2)
        end, before = worker.ending(2)
        assert (end.kind, text_of(end, before)) == ("canceled", "end b\n")
        assert worker.result(3, name="open") == "openme"


def test_async_generators_stream(tmp_path: Path) -> None:
    source = """
import asyncio, os
class Runner:
    async def run(self):
        yield 1
        while not os.path.exists("go"): await asyncio.sleep(0.001)
        yield 2
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        worker.predict()
        assert worker.next().payload == 1
        (tmp_path / "go").touch()
        assert outputs(worker.ending()[1]) == [2]


@pytest.mark.parametrize("prefix", ["", "async "])
def test_healthcheck_also_during_a_prediction(tmp_path: Path, prefix: str) -> None:
    source = f"""
import os, time, asyncio
class Runner:
    healthy = True
    {prefix}def healthcheck(self):
        if self.healthy is None: raise RuntimeError("sick as a dog")
        return self.healthy
    {prefix}def run(self, healthy):
        self.healthy = healthy
        print("set", flush=True)
        while not os.path.exists("go"): {"await asyncio.sleep(0.001)" if prefix else "pass"}
"""
    answers = [
        {"healthy": True},
        {"healthy": False, "error": "Healthcheck failed: user-defined healthcheck returned False"},
        {"healthy": False, "error": "Healthcheck failed: RuntimeError: sick as a dog"},
        {"healthy": True},
    ]
    with WorkerClient(tmp_path, source) as worker:
        assert worker.ready()["healthcheck"] is True
        for sequence, (healthy, answer) in enumerate(zip([True, False, None, 0], answers), 1):
            (tmp_path / "go").unlink() if sequence > 1 else None
            worker.predict(sequence, healthy=healthy)
            assert worker.next().kind == "log"
            worker.send(frames.HEALTHCHECK)
            os.kill(worker.pid, 10)
            assert worker.next().payload == answer
            (tmp_path / "go").touch()
            worker.ending(sequence)


def test_files_in_and_out(tmp_path: Path) -> None:
    source = """
import io, tempfile, os
from typing import List, Optional
from cog import BaseModel, File, Path, Secret
class Out(BaseModel):
    image: Path
    notes: List[Path]
class Runner:
    def run(self, image: Path, more: Optional[List[Path]] = None, old: File = None, key: Secret = None):
        print(type(image).__name__, [type(p).__name__ for p in more], old.read(), key)
        kept = Path("kept.txt"); kept.write_text("kept")
        made = Path(tempfile.mkdtemp()) / "made.png"; made.write_bytes(b"png")
        handle = io.StringIO("tëxt")
        return Out(image=made, notes=[kept, image]), handle, key
"""
    temporary = tmp_path / "system"
    temporary.mkdir()
    (tmp_path / "in.png").write_bytes(b"in")
    with WorkerClient(tmp_path, source, TMPDIR=str(temporary)) as worker:
        assert worker.ready()["files"] == {"image": "path", "more": "path", "old": "file"}
        given = str(tmp_path / "in.png")
        worker.predict(1, image=given, more=[given], old="data:text/plain,hi", key="hunter2")
        end, before = worker.ending()
        assert text_of(end, before) == "Path ['Path'] b'hi' **********\n"
        assert end.flags & frames.FLAG_FILES
        assert end.payload["value"] == [{"image": None, "notes": [None, None]}, None, "**********"]
        files = {tuple(file["at"]): file for file in end.payload["files"]}
        assert [file["temporary"] for file in files.values()] == [True, False, False, True]
        assert files[0, "image"]["name"] == "made.png"
        assert files[0, "notes", 1]["path"] == given
        assert (files[1,]["name"], Path(files[1,]["path"]).read_text("utf-8")) == ("0.bin", "tëxt")
        worker.predict(2, image="/nowhere/x.png", more=[], old="data:,", key="k")
        assert "/nowhere/x.png" in worker.ending(2)[0].payload["error"]


def test_values_out(tmp_path: Path) -> None:
    source = """
import datetime, enum, dataclasses
class Color(enum.Enum): RED = "red"
class Model:
    def model_dump(self): return {"c": Color.RED}
@dataclasses.dataclass
class Data:
    a: object = None
class Runner:
    def run(self, color: Color):
        return {
            "enum": color,
            "model": Model(), "data": Data(Data()), 1: (1, 2), "set": {3}, "big": 10**30, "gen": (i for i in "ab"),
            "when": [datetime.datetime(2020, 1, 2), datetime.date(2020, 1, 2), datetime.time(3)],
            "text": "🐍", Color.RED: None,
        }
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        assert worker.result(color="red") == {
            "enum": "red",
            "model": {"c": "red"},
            "data": {"a": {"a": None}},
            "1": [1, 2],
            "set": [3],
            "big": 10**30,
            "gen": ["a", "b"],
            "when": ["2020-01-02T00:00:00", "2020-01-02", "03:00:00"],
            "text": "🐍",
            "red": None,
        }


def test_large_values_go_through_files(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, "class Runner:\n  def run(self, text): return text * 2") as worker:
        worker.ready()
        spilled = tmp_path / "in.json"
        spilled.write_text('{"id":"x","input":{"text":"%s"},"context":{}}' % ("y" * 7_000_000))
        worker.send(frames.PREDICT, 1, str(spilled).encode(), frames.FLAG_SPILLED)
        end, _ = worker.ending()
        assert end.flags & frames.FLAG_SPILLED
        assert len(end.payload) == 14_000_000
        assert not spilled.exists()
        assert len(worker.result(2, text="z" * 3_000_000)) == 6_000_000
