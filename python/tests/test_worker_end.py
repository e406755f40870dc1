"""How a worker ends, and that nothing is left of it."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep

import pytest

from cog._modules._worker import _frames as frames
from worker_client import WorkerClient, text_of


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
    # The guardian has ended, after killing the group; a killed process may need a moment to go.
    deadline = monotonic() + 10
    while any(map(_runs, (worker.pid, child))):
        assert monotonic() < deadline
        sleep(0.01)


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
