"""Files among the output: named to the server, which reads or uploads them."""

from __future__ import annotations

import io
import os
from typing import Any, Callable, Dict

from .._kinds import OutputFile
from ._channel import new_file
from ._settings import Settings

_COPY_BYTES = 1024 * 1024
# The kernel stamps files with a clock that may lag a little.
_CLOCK_SLACK_SECONDS = 0.05


def describe_file(file: OutputFile, started_at: float, settings: Settings, number: Callable[[], int]) -> Dict[str, Any]:
    """An ``OutputFile`` of the protocol. An open file is copied; raises when a named one is not there."""
    value = file.value
    if isinstance(value, io.IOBase):
        name = f"{number()}{_extension(value)}"
        path, temporary = _copied(value, name, settings.temporary_root), True
    else:
        path = os.path.abspath(os.fspath(value))
        name, temporary = os.path.basename(path), _made_for_this(path, started_at, settings.system_temporary)
    return {"at": file.at, "path": path, "name": name, "temporary": temporary}


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


def _copied(handle: Any, name: str, temporary_root: str) -> str:
    if handle.seekable():
        handle.seek(0)
    path = os.path.join(temporary_root, f"file-{os.getpid()}-{os.urandom(6).hex()}-{name}")
    with new_file(path) as copy:
        while True:
            piece = handle.read(_COPY_BYTES)
            if not piece:
                return path
            copy.write(piece.encode("utf-8") if isinstance(piece, str) else piece)


def _extension(handle: Any) -> str:
    name = getattr(handle, "name", None)
    return (os.path.splitext(name)[1] if isinstance(name, str) else "") or ".bin"
