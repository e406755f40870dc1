from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import Iterator


@contextmanager
def suppress_output() -> Iterator[None]:
    """Send descriptors 1 and 2, and so also what C code prints, to /dev/null."""
    sys.stdout.flush()
    sys.stderr.flush()
    null = os.open(os.devnull, os.O_RDWR)
    saved = [(os.dup(descriptor), descriptor) for descriptor in (1, 2)]
    try:
        for _, descriptor in saved:
            os.dup2(null, descriptor)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for copy, descriptor in saved:
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(null)
