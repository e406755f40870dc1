"""The ``cog`` command as pip installs it: the command line itself is JavaScript and lies beside this file."""

from __future__ import annotations

import os
import sys
from typing import List

from cog._modules._node import NodeNotFoundError, find_node


def main() -> None:
    """Become ``node main.cjs`` with the same arguments."""
    run(sys.argv[1:])


def run(arguments: List[str]) -> None:
    """Become ``node main.cjs`` with these."""
    try:
        node = find_node(os.environ)
    except NodeNotFoundError as error:
        sys.exit(f"cog: {error}")
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "main.cjs")
    # Tells the command line which Python to use for the local engine: the one it was installed into.
    environment = {**os.environ, "COG_PYTHON_CLI": sys.executable}
    # After "--" Node 20 leaves our --env-file to us.
    command = [node, "--", script, *arguments]
    if os.name == "nt":
        import subprocess

        sys.exit(subprocess.call(command, env=environment))
    os.execve(node, command, environment)
