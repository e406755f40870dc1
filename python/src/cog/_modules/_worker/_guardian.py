"""The small process that forks the worker, waits for it and tells the server how it ended (``GuardianMessage``).

It outlives a worker that is killed, and kills the worker with all it has started when the server says so or is gone. A
server that was killed itself could not remove its temporary files: they are removed here.
"""

from __future__ import annotations

import json
import os
import select
import signal
from typing import Any, Dict, Optional

from ._oom import out_of_memory_kills


def guard(channel: int, control: int, output: int) -> None:
    """Fork the worker and watch it. Does not return, in either process."""
    kills_before = out_of_memory_kills()
    wakeup = _child_signals()
    pid = os.fork()
    if pid == 0:
        os.close(control)
        for descriptor in wakeup:
            os.close(descriptor)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        from ._worker import run_worker

        run_worker(channel, output)
    os.close(channel)
    os.close(output)
    status = 0
    try:
        _leave_group()
        _release_standard()
        _report(control, {"event": "started", "pid": pid})
        ended = _wait(pid, control, wakeup[0])
        _kill_group(pid)
        if ended is None:
            os.waitpid(pid, 0)
        told = ended is not None and _report(control, _describe(ended, kills_before))
        if not told and _server_is_gone(control):
            _remove_temporary_root()
    except BaseException:
        _kill_group(pid)
        status = 1
    finally:
        os._exit(status)


def _child_signals() -> Any:
    """A pipe that becomes readable when the child ends. Signals of the terminal are the server's to act on."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    return reader, writer


def _leave_group() -> None:
    try:
        os.setsid()
    except OSError:
        pass  # Already the leader of one.


def _release_standard() -> None:
    """Do not hold the caller's stdout open: it may wait for its end."""
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    if null > 2:
        os.close(null)


def _wait(pid: int, control: int, wakeup: int) -> Optional[int]:
    """The wait status of the worker; None when the server wants it to end, or is gone."""
    while True:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        readable, _, _ = select.select([control, wakeup], [], [])
        if wakeup in readable:
            os.read(wakeup, 512)
        if control in readable:
            return None


def _server_is_gone(control: int) -> bool:
    """One that only wants the worker to end has said so (``END_WORKER``)."""
    try:
        return not os.read(control, 512)
    except OSError:
        return True


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except OSError:
        pass  # Nobody is left in it.


def _describe(status: int, kills_before: int) -> Dict[str, Any]:
    if os.WIFEXITED(status):
        return {"event": "exited", "code": os.WEXITSTATUS(status)}
    number = os.WTERMSIG(status)
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"SIG{number}"
    out_of_memory = number == signal.SIGKILL and out_of_memory_kills() > kills_before
    return {"event": "killed", "signal": name, "outOfMemory": out_of_memory}


def _report(control: int, message: Dict[str, Any]) -> bool:
    """False when nobody listens any more."""
    try:
        os.write(control, json.dumps(message).encode() + b"\n")
    except OSError:
        return False
    return True


def _remove_temporary_root() -> None:
    folder = os.environ.get("COG_TMPDIR")
    if folder:
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)
