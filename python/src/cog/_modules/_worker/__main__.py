"""``python -m cog._modules._worker``: spawned by the server with channel, control and output as descriptors 3, 4 and 5."""

from __future__ import annotations

import sys


def main() -> None:
    import os

    if not hasattr(os, "fork"):
        sys.exit("this system cannot fork; run the model in Docker (cog run --engine docker)")
    from ._guardian import guard

    guard(3, 4, 5)


if __name__ == "__main__":
    main()
