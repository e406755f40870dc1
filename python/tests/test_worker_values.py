"""Values and files, in and out."""

from __future__ import annotations

from pathlib import Path

from cog._modules._worker import _frames as frames
from worker_client import WorkerClient, text_of


def test_files_in_and_out(tmp_path: Path) -> None:
    source = """
import io, tempfile, os
from typing import List, Optional
from cog import BaseModel, File, Path, Secret
class Out(BaseModel):
    image: Path
    notes: List[Path]
class Runner:
    def run(self, image: Path, more: Optional[List[Path]] = None, old: File = None, key: Secret = None):
        print(type(image).__name__, [type(p).__name__ for p in more], old.read(), key)
        kept = Path("kept.txt"); kept.write_text("kept")
        made = Path(tempfile.mkdtemp()) / "made.png"; made.write_bytes(b"png")
        handle = io.StringIO("tëxt")
        return Out(image=made, notes=[kept, image]), handle, key
"""
    temporary = tmp_path / "system"
    temporary.mkdir()
    (tmp_path / "in.png").write_bytes(b"in")
    with WorkerClient(tmp_path, source, TMPDIR=str(temporary)) as worker:
        assert worker.ready()["files"] == {"image": "path", "more": "path", "old": "file"}
        given = str(tmp_path / "in.png")
        worker.predict(1, image=given, more=[given], old="data:text/plain,hi", key="hunter2")
        end, before = worker.ending()
        assert text_of(end, before) == "Path ['Path'] b'hi' **********\n"
        assert end.flags & frames.FLAG_FILES
        assert end.payload["value"] == [{"image": None, "notes": [None, None]}, None, "**********"]
        files = {tuple(file["at"]): file for file in end.payload["files"]}
        assert all(file["temporary"] for file in files.values())
        assert files[0, "image"]["name"] == "made.png"
        assert not list(temporary.rglob("made.png"))
        kept = files[0, "notes", 0]
        assert (kept["name"], Path(kept["path"]).read_text()) == ("kept.txt", "kept")
        assert (tmp_path / "kept.txt").read_text() == "kept"
        assert Path(given).read_text() == "in"
        assert (files[1,]["name"], Path(files[1,]["path"]).read_text("utf-8")) == ("0.bin", "tëxt")
        worker.predict(2, image="/nowhere/x.png", more=[], old="data:,", key="k")
        assert "/nowhere/x.png" in worker.ending(2)[0].payload["error"]


def test_values_out(tmp_path: Path) -> None:
    source = """
import datetime, enum, dataclasses
class Color(enum.Enum): RED = "red"
class Model:
    def model_dump(self): return {"c": Color.RED}
@dataclasses.dataclass
class Data:
    a: object = None
class Runner:
    def run(self, color: Color):
        return {
            "enum": color,
            "model": Model(), "data": Data(Data()), 1: (1, 2), "set": {3}, "big": 10**30, "gen": (i for i in "ab"),
            "when": [datetime.datetime(2020, 1, 2), datetime.date(2020, 1, 2), datetime.time(3)],
            "text": "🐍", Color.RED: None,
        }
"""
    with WorkerClient(tmp_path, source) as worker:
        worker.ready()
        assert worker.result(color="red") == {
            "enum": "red",
            "model": {"c": "red"},
            "data": {"a": {"a": None}},
            "1": [1, 2],
            "set": [3],
            "big": 10**30,
            "gen": ["a", "b"],
            "when": ["2020-01-02T00:00:00", "2020-01-02", "03:00:00"],
            "text": "🐍",
            "red": None,
        }


def test_large_values_go_through_files(tmp_path: Path) -> None:
    with WorkerClient(tmp_path, "class Runner:\n  def run(self, text): return text * 2") as worker:
        worker.ready()
        spilled = tmp_path / "in.json"
        spilled.write_text('{"id":"x","input":{"text":"%s"},"context":{}}' % ("y" * 7_000_000))
        worker.send(frames.PREDICT, 1, str(spilled).encode(), frames.FLAG_SPILLED)
        end, _ = worker.ending()
        assert end.flags & frames.FLAG_SPILLED
        assert len(end.payload) == 14_000_000
        assert not spilled.exists()
        assert len(worker.result(2, text="z" * 3_000_000)) == 6_000_000
