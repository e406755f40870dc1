"""Whatever is printed belongs to the prediction that printed it."""

from __future__ import annotations

from pathlib import Path

from cog._modules._worker import _frames as frames
from worker_client import WorkerClient, text_of


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
