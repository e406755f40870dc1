"""``python -m cog.server.http``: starts the prediction server (Node) and, beside it, the worker that runs the model.

The worker is forked from this process, which then becomes Node by exec: one start of Python, and the HTTP server keeps the
pid that the caller knows. As PID 1 this process stays instead, forwards signals and reaps orphans. Flags are the server's
to parse; ``--x-mode`` is only peeked at. Imports are few on purpose: all of it is on the way to the first answer.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Dict, List, NoReturn, Optional

# V8 would let its space for young objects grow to 16 MiB. One is enough for a prediction, is no slower, and fits the cache.
_NODE_FLAGS = ("--max-semi-space-size=1",)
_WEIGHTS_FILES = (".cog/weights.json", "/.cog/weights.json")
_INFORMATION_FLAGS = ("-h", "--help", "-v", "--version")


def main() -> None:
    """Start the server; does not return where processes can be replaced."""
    arguments = sys.argv[1:]
    if os.getpid() == 1 and hasattr(os, "fork"):
        _stay_as_init()
    environment = dict(os.environ)
    middle = None
    if not any(flag in arguments for flag in _INFORMATION_FLAGS):
        _set_mode(arguments, environment)
        if _may_fork(environment):
            middle = _fork_worker(environment)
    environment["COG_LAUNCHER"] = _launcher_facts()
    try:
        server = _server(environment)
    except SystemExit:
        _remove_temporary_root(environment)
        raise
    if middle is not None:
        os.waitpid(middle, 0)
    _become_node([*server, *arguments], environment)


def _set_mode(arguments: List[str], environment: Dict[str, str]) -> None:
    mode = _mode(arguments)
    if mode is not None:
        environment["COG_X_MODE"] = os.environ["COG_X_MODE"] = mode


def _mode(arguments: List[str]) -> Optional[str]:
    """The value of ``--x-mode``, in both spellings; the last one counts."""
    mode = None
    for index, argument in enumerate(arguments):
        if argument.startswith("--x-mode="):
            mode = argument.partition("=")[2]
        elif argument == "--x-mode" and index + 1 < len(arguments):
            mode = arguments[index + 1]
    return mode


def _may_fork(environment: Dict[str, str]) -> bool:
    """Otherwise the server starts the worker: it reads cog.yaml, and gives each of several workers its device."""
    if environment.get("COG_ENTRY") == "gateway":
        return False
    train = environment.get("COG_X_MODE") == "train"
    reference = environment.get("COG_TRAIN_TYPE_STUB" if train else "COG_PREDICT_TYPE_STUB")
    if _waits_for_weights(environment):
        return False
    return bool(reference) and hasattr(os, "fork") and environment.get("COG_WORKERS", "1").strip() in ("", "1")


def _waits_for_weights(environment: Dict[str, str]) -> bool:
    """The model must not be loaded before its weights are there: the server waits for them, and starts the worker then."""
    if environment.get("COG_WEIGHTS_WAIT") == "0":
        return False
    named = environment.get("COG_WEIGHTS_FILE")
    return any(os.path.exists(path) for path in ([named] if named else _WEIGHTS_FILES))


def _fork_worker(environment: Dict[str, str]) -> int:
    """Start the guardian, which starts the worker; the server learns its ends of the three connections.

    Returns the process between, to be waited for: it ends at once.
    """
    # Beneath socket, which imports enum and selectors: that would take longer than all of this.
    import _socket

    _make_temporary_root(environment)
    channel, workers_channel = _socket.socketpair()
    control, guardians_control = _socket.socketpair()
    output, workers_output = os.pipe()
    middle = os.fork()
    if middle == 0:
        # Forked twice, so that the guardian is nobody's child and the server gets no child it did not start.
        if os.fork() == 0:
            for own in (channel, control):
                own.close()
            os.close(output)
            from cog._modules._worker._guardian import guard

            guard(workers_channel.detach(), guardians_control.detach(), workers_output)
        os._exit(0)
    os.close(workers_output)
    workers_channel.close()
    guardians_control.close()
    descriptors = (channel.detach(), control.detach(), output)
    for descriptor in descriptors:
        os.set_inheritable(descriptor, True)
    environment["COG_WORKER_FDS"] = ",".join(map(str, descriptors))
    return middle


def _make_temporary_root(environment: Dict[str, str]) -> None:
    """One folder for all files of this server, known to the worker from its start. The server removes it at its end."""
    if environment.get("COG_TMPDIR"):
        return
    from cog._modules._worker._settings import system_temporary

    path = os.path.join(system_temporary(environment), f"cog-{os.getpid()}-{os.urandom(6).hex()}")
    os.mkdir(path, 0o700)
    environment["COG_TMPDIR"] = os.environ["COG_TMPDIR"] = path


def _remove_temporary_root(environment: Dict[str, str]) -> None:
    """Nothing is in it yet: there was no prediction."""
    if "COG_WORKER_FDS" in environment:
        try:
            os.rmdir(environment["COG_TMPDIR"])
        except OSError:
            pass


def _launcher_facts() -> str:
    """What only Python knows, as JSON. (Three texts are not worth importing json for.)"""
    from cog._version import __version__

    python = "{}.{}.{}".format(*sys.version_info[:3])
    executable = sys.executable.replace("\\", "\\\\").replace('"', '\\"')
    return f'{{"python":"{python}","executable":"{executable}","sdk":"{__version__}"}}'


def _server(environment: Dict[str, str]) -> List[str]:
    """Node and the bundle."""
    from cog._modules._node import NodeNotFoundError, find_node

    bundle = environment.get("COG_SERVER_BUNDLE") or os.path.join(os.path.dirname(os.path.abspath(__file__)), "server.mjs")
    try:
        node = find_node(environment)
    except NodeNotFoundError as error:
        sys.exit(f"cog: {error}")
    if not os.path.isfile(bundle):
        sys.exit(f"cog: the server bundle {bundle} is missing; install the cog wheel, or set COG_SERVER_BUNDLE")
    return [node, *_NODE_FLAGS, bundle]


def _become_node(command: List[str], environment: Dict[str, str]) -> NoReturn:
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name != "nt":
        os.execve(command[0], command, environment)
    import subprocess

    sys.exit(subprocess.call(command, env=environment))


def _stay_as_init() -> None:
    """Returns in a child, which is the server; the parent does the duties of PID 1 until that ends, then exits as it did."""
    import signal

    forwarded = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)
    awaited = (signal.SIGCHLD, *forwarded)
    # Blocked and waited for: no handler that could miss one.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return
    while True:
        received = signal.sigwait(awaited)
        if received != signal.SIGCHLD:
            os.kill(child, received)
            continue
        status = _reap(child)
        if status is not None:
            os._exit(os.WEXITSTATUS(status) if os.WIFEXITED(status) else 128 + os.WTERMSIG(status))


def _reap(child: int) -> Optional[int]:
    """Collect every process that has ended; the status of ``child`` when it is among them."""
    found = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return found
        if pid == 0:
            return found
        if pid == child:
            found = status


if __name__ == "__main__":
    main()
