"""Files among the output: named to the server, which reads or uploads them while the model goes on.

They are put out of the model's reach first. What it does with the same name afterwards, in this prediction or in the next,
is no longer what the client gets.
"""

from __future__ import annotations

import io
import os
from typing import Any, BinaryIO, Callable, Dict, List, Sequence

from .._kinds import OutputFile
from ._channel import new_file
from ._settings import Settings

_COPY_BYTES = 1024 * 1024
# The kernel stamps files with a clock that may lag a little.
_CLOCK_SLACK_SECONDS = 0.05


class OutputFiles:
    """Those of one prediction."""

    def __init__(self, started_at: float, settings: Settings) -> None:
        self._started_at = started_at
        self._settings = settings
        self._unnamed = 0
        self._handed_over: Dict[str, str] = {}
        self._to_remove: List[str] = []

    def describe(self, files: Sequence[OutputFile], final: bool) -> List[Dict[str, Any]]:
        """An ``OutputFile`` of the protocol for each. Raises when one is not there; then nothing stays of the others.

        :param final: the model has returned, and does nothing more with them
        """
        described: List[Dict[str, Any]] = []
        try:
            for file in files:
                facts = self._describe(file.value, final)
                described.append({"at": file.at, **facts})
        except BaseException:
            for one in described:
                if one["temporary"]:
                    _remove(one["path"])
            raise
        return described

    def close(self) -> None:
        """Remove what the model made and yielded, as it would expect."""
        for path in self._to_remove:
            _remove(path)

    def _describe(self, value: Any, final: bool) -> Dict[str, Any]:
        if isinstance(value, io.IOBase):
            name = f"{self._unnamed}{_extension(value)}"
            self._unnamed += 1
            return {"path": self._new(lambda copy: _write(value, copy)), "name": name, "temporary": True}
        source = os.path.abspath(os.fsdecode(value))
        path = self._handed_over.get(source) if final else None
        if path is None:
            is_ours = _made_for_this(source, self._started_at, self._settings.system_temporary)
            path = self._hand_over(source, is_ours, final)
        # Without room for a copy it is the model's own file that is read.
        return {"path": path, "name": os.path.basename(source), "temporary": path != source}

    def _hand_over(self, source: str, is_ours: bool, final: bool) -> str:
        if is_ours and final and not os.path.islink(source):
            try:
                path = self._path()
                os.rename(source, path)
                self._handed_over[source] = path
                return path
            except OSError:
                pass  # On another file system, or in a folder that is not ours.
        try:
            path = self._new(lambda copy: _copy(source, copy))
        except OSError:
            return source
        if is_ours:
            self._to_remove.append(source)
        return path

    def _new(self, fill: Callable[[BinaryIO], None]) -> str:
        path = self._path()
        with new_file(path) as file:
            fill(file)
        return path

    def _path(self) -> str:
        return os.path.join(self._settings.temporary_root, f"file-{os.getpid()}-{os.urandom(8).hex()}")


def _made_for_this(path: str, started_at: float, system_temporary: str) -> bool:
    """Below the system's temporary folder and created during this prediction: Cog removes it after delivery."""
    try:
        facts = os.stat(path)
    except OSError as error:
        raise FileNotFoundError(f"the output file {path} cannot be read: {error.strerror}") from None
    if os.path.isdir(path):
        raise IsADirectoryError(f"the output {path} is a directory, not a file")
    folder = os.path.realpath(system_temporary)
    is_below = os.path.realpath(path).startswith(folder + os.sep)
    return is_below and facts.st_ctime >= started_at - _CLOCK_SLACK_SECONDS


def _write(handle: Any, copy: BinaryIO) -> None:
    if handle.seekable():
        handle.seek(0)
    while True:
        piece = handle.read(_COPY_BYTES)
        if not piece:
            return
        copy.write(piece.encode("utf-8") if isinstance(piece, str) else piece)


def _copy(source: str, copy: BinaryIO) -> None:
    with open(source, "rb") as file:
        _write(file, copy)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass  # The model was quicker.


def _extension(handle: Any) -> str:
    name = getattr(handle, "name", None)
    return (os.path.splitext(name)[1] if isinstance(name, str) else "") or ".bin"
