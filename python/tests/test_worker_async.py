"""Async models: predictions at once, streams, cancel; and healthchecks, which run beside predictions."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cog._modules._worker import _frames as frames
from worker_client import WorkerClient, outputs, text_of

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
            failure = {"error": "boom", "exception": {"type": "ValueError"}}
            assert own[-1].payload == (failure if name == "boom" else f"{name}me")
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
