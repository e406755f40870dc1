"""Cancel of sync predictions: delivered, once, to the one it names."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker_client import WorkerClient, text_of

CANCELABLE = """
import time, os
from cog import CancelationException
class Runner:
    def run(self, how: str = "loop"):
        if how == "done": return "done"
        try:
            print("started")
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
        # That it counts as canceled all the same is the server's to say.
        assert (end.kind, end.payload) == (("done", "swallowed") if how == "swallow" else ("canceled", None))
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
        # Often, as the cancel may come at each point between two items.
        for sequence in range(1, 300):
            worker.predict(sequence)
            assert worker.next().kind == "output"
            worker.cancel(sequence)
            end, before = worker.ending(sequence)
            assert end.kind == "canceled"
            assert text_of(end, before) == "closed\n"
