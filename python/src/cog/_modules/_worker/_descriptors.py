"""The worker's own descriptors, out of the way of user code, before any of it runs."""

from __future__ import annotations

import os
import sys

# User code that closes "everything it does not know" usually stops at a low number.
_FIRST_OWN = 100


def moved_away(descriptor: int) -> int:
    """A copy at a high number that no child process inherits; the original is closed."""
    if sys.platform == "win32":
        return descriptor
    import fcntl

    copy = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _FIRST_OWN)
    os.close(descriptor)
    return copy


def redirect_standard(output: int) -> None:
    """fd 0 is /dev/null, fd 1 and 2 the output pipe. Python's own streams over 1 and 2 stay, for whoever asks for them."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    if null > 2:
        os.close(null)
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is not None:
            stream.flush()
    os.dup2(output, 1)
    os.dup2(output, 2)
