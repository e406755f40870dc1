"""Runs a command while holding a lock: `locked.py LOCKFILE COMMAND [ARGUMENT...]`.

The command and its children inherit the open lock file, so the lock is free exactly when the last of them is gone,
also after a kill. Waits, and says so, while somebody else holds it.
"""

from __future__ import annotations

import fcntl
import os
import sys


def main(lockfile: str, command: list[str]) -> None:
    try:
        os.makedirs(os.path.dirname(lockfile), exist_ok=True)
        lock = os.open(lockfile, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        reason = f"cog: {os.getcwd()} has to be built, and you may not write to it ({error.strerror})."
        sys.exit(f"{reason}\nHave its owner run './cog --version' there once.")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print("Waiting for another cog that is installing or building", file=sys.stderr, flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)
    os.set_inheritable(lock, True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
