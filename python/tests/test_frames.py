"""Frames as bytes, by the cases that the TypeScript end reads too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict

import pytest

from cog._modules._worker import _frames as frames

CASES = json.loads((Path(__file__).parents[2] / "conformance/wire/frames.json").read_text("utf-8"))
KINDS = {name: number for number, name in frames.KIND_NAMES.items()}
FLAGS = {
    "files": frames.FLAG_FILES,
    "iterated": frames.FLAG_ITERATED,
    "rawPending": frames.FLAG_RAW_PENDING,
    "spilled": frames.FLAG_SPILLED,
}
SOURCES = {"stdout": frames.STDOUT, "stderr": frames.STDERR}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_reads_and_writes(case: Dict[str, Any]) -> None:
    data = bytes.fromhex(case["hex"])
    assert _written(case["frame"]) == data
    (frame,) = frames.FrameReader().feed(data)
    assert _meaning(frame) == case["frame"]


@pytest.mark.parametrize("size", [1, 3, 7, 10, 11, 64, 4096])
def test_however_the_stream_is_cut(size: int) -> None:
    stream = b"".join(bytes.fromhex(case["hex"]) for case in CASES)
    reader = frames.FrameReader()
    read = [frame for at in range(0, len(stream), size) for frame in reader.feed(stream[at : at + size])]
    assert [_meaning(frame) for frame in read] == [case["frame"] for case in CASES]


def _written(frame: Dict[str, Any]) -> bytes:
    logs = frames.encode_logs([(SOURCES[entry["source"]], entry["text"]) for entry in frame.get("logs", ())])
    payload = frame.get("payload", "").encode()
    is_log = frame["kind"] == "log"
    body = logs if is_log else frames.with_logs(logs, payload) if "logs" in frame else payload
    return frames.encode_frame(KINDS[frame["kind"]], sum(FLAGS[flag] for flag in frame["flags"]), frame["sequence"], body)


def _meaning(frame: frames.Frame) -> Dict[str, Any]:
    kind = frames.KIND_NAMES[frame.kind]
    meaning: Dict[str, Any] = {
        "kind": kind,
        "sequence": frame.sequence,
        "flags": [name for name, bit in FLAGS.items() if frame.flags & bit],
    }
    logs, payload = (frame.body, b"") if kind == "log" else (None, frame.body)
    if kind in ("output", "done", "failed", "canceled"):
        logs, payload = frames.split_body(frame.body)
    if logs is not None:
        names = {number: name for name, number in SOURCES.items()}
        meaning["logs"] = [{"source": names[source], "text": text} for source, text in frames.decode_logs(logs)]
    if kind != "log":
        meaning["payload"] = payload.decode()
    return meaning
