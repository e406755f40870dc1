"""``python -m cog.server.weights_fetch --to /`` brings the weights that the image names to where its model looks for them.

It is ``cog weights fetch`` of the command line that this package carries: for an init container, or for the server, which
runs it first when ``COG_WEIGHTS_FETCH=1``.
"""

from __future__ import annotations

import sys

from cog._cli import run


def main() -> None:
    """Does not return where processes can be replaced."""
    run(["weights", "fetch", *sys.argv[1:]])


if __name__ == "__main__":
    main()
