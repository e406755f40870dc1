from typing import Generator, Iterable, Tuple

from cog import Path


def a() -> Generator[str, None, None]:
    yield ""


def b() -> Tuple[int, Path]:
    return 1, Path("")
