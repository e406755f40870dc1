from __future__ import annotations

from pathlib import Path

from worker_client import WorkerClient

HELLO = """
from cog import BaseRunner, Input, Path
class Runner(BaseRunner):
    def setup(self): print("loading")
    def run(self, text: str = Input(default="you"), n: int = 1) -> str:
        print("running")
        return "hello " * n + text
"""


def test_predicts(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, HELLO) as worker:
        assert worker.ready() == {"pid": worker.pid, "slots": 1, "files": {}, "healthcheck": False}
        assert worker.setup_logs == "loading\n"
        assert worker.result(text="world", n=2.0) == "hello hello world"
        assert worker.result(2) == "hello you"
