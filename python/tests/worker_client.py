"""The server's side of a worker, for tests: spawns one over real sockets and speaks frames."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from cog._modules._worker import _frames as frames

SOURCE = str(Path(__file__).parent.parent / "src")
_WITH_LOGS = (frames.OUTPUT, frames.DONE, frames.FAILED, frames.CANCELED)
TIMEOUT_SECONDS = 20


class Message(NamedTuple):
    kind: str
    sequence: int
    flags: int
    payload: Any
    """Parsed; None when there is none."""
    logs: List[Tuple[int, str]]


class WorkerClient:
    def __init__(self, folder: Path, source: str, reference: str = "run.py", **environment: str) -> None:
        (folder / "run.py").write_text(source)
        temporary = folder / "tmp"
        temporary.mkdir(exist_ok=True)
        self.channel, theirs = socket.socketpair()
        self.control, their_control = socket.socketpair()
        self.output, their_output = os.pipe()
        self._reader = frames.FrameReader()
        self._arrived: List[Message] = []
        self._setup_logs: List[Tuple[int, str]] = []
        self._guardian_text = b""
        self.process = subprocess.Popen(
            [sys.executable, "-c", _SPAWN, str(theirs.fileno()), str(their_control.fileno()), str(their_output)],
            pass_fds=(theirs.fileno(), their_control.fileno(), their_output),
            cwd=str(folder),
            stdin=subprocess.DEVNULL,
            env={
                **{name: value for name, value in os.environ.items() if not name.startswith("COG_")},
                "PYTHONPATH": SOURCE,
                "COG_PREDICT_TYPE_STUB": reference,
                "COG_TMPDIR": str(temporary),
                **environment,
            },
        )
        theirs.close()
        their_control.close()
        os.close(their_output)
        self.pid = self.guardian_message()["pid"]

    def __enter__(self) -> WorkerClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.channel.close()
        self.control.close()
        os.close(self.output)
        self.process.wait(TIMEOUT_SECONDS)

    def send(self, kind: int, sequence: int = 0, payload: Any = None, flags: int = 0) -> None:
        body = b"" if payload is None else payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.channel.sendall(frames.encode_frame(kind, flags, sequence, body))

    def predict(self, sequence: int = 1, **inputs: Any) -> None:
        self.send(frames.PREDICT, sequence, {"id": f"p{sequence}", "input": inputs, "context": {"who": "me"}})

    def cancel(self, sequence: int = 1) -> None:
        self.send(frames.CANCEL, sequence)
        os.kill(self.pid, signal.SIGUSR1)

    def ready(self) -> Dict[str, Any]:
        """Waits for the end of setup; what setup wrote is in ``setup_logs``."""
        message = self.next()
        while message.kind == "log":
            self._setup_logs += message.logs
            message = self.next()
        assert message.kind == "ready", message
        return message.payload  # type: ignore[no-any-return]

    @property
    def setup_logs(self) -> str:
        return "".join(text for _, text in self._setup_logs)

    def next(self) -> Message:
        while not self._arrived:
            self.channel.settimeout(TIMEOUT_SECONDS)
            data = self.channel.recv(65536)
            if not data:
                raise EOFError("the worker closed the channel")
            self._arrived += [_message(frame) for frame in self._reader.feed(data)]
        return self._arrived.pop(0)

    def ending(self, sequence: int = 1) -> Tuple[Message, List[Message]]:
        """The terminal message of a prediction, and all that came before it."""
        before: List[Message] = []
        while True:
            message = self.next()
            if message.sequence == sequence and message.kind in ("done", "failed", "canceled"):
                return message, before
            before.append(message)

    def result(self, sequence: int = 1, **inputs: Any) -> Any:
        self.predict(sequence, **inputs)
        message, _ = self.ending(sequence)
        assert message.kind == "done", message
        return message.payload

    def raw_output(self) -> bytes:
        readable, _, _ = select.select([self.output], [], [], TIMEOUT_SECONDS)
        return os.read(self.output, 65536) if readable else b""

    def guardian_message(self) -> Dict[str, Any]:
        self.control.settimeout(TIMEOUT_SECONDS)
        while b"\n" not in self._guardian_text:
            data = self.control.recv(4096)
            if not data:
                raise EOFError("the guardian closed the control socket")
            self._guardian_text += data
        line, _, self._guardian_text = self._guardian_text.partition(b"\n")
        return json.loads(line)  # type: ignore[no-any-return]


def outputs(messages: List[Message]) -> List[Any]:
    """What was yielded."""
    return [message.payload for message in messages if message.kind == "output"]


def text_of(message: Message, before: Optional[List[Message]] = None) -> str:
    """All that a prediction wrote, in order."""
    return "".join(text for item in [*(before or []), message] for _, text in item.logs)


def _message(frame: frames.Frame) -> Message:
    logs, payload = b"", frame.body
    if frame.kind in _WITH_LOGS:
        logs, payload = frames.split_body(frame.body)
    elif frame.kind == frames.LOG:
        logs, payload = frame.body, b""
    if frame.flags & frames.FLAG_SPILLED:
        payload = Path(payload.decode()).read_bytes()
    kind = frames.KIND_NAMES[frame.kind]
    return Message(kind, frame.sequence, frame.flags, json.loads(payload) if payload else None, frames.decode_logs(logs))


# As Node's spawn does: the three descriptors become 3, 4 and 5.
_SPAWN = """
import fcntl, os, sys
copies = [fcntl.fcntl(int(n), fcntl.F_DUPFD, 50) for n in sys.argv[1:]]
for number, copy in zip((3, 4, 5), copies):
    os.dup2(copy, number)
os.closerange(6, 64)
os.execv(sys.executable, [sys.executable, "-m", "cog._modules._worker"])
"""
