import contextlib
import functools

from cog import BaseRunner, Input, Path


def timed(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    return wrapper


def retry(times):
    return timed


class Runner(BaseRunner):
    @timed
    @retry(times=3)
    def run(self, image: Path, scale: float = Input(default=2.0, ge=1)) -> Path:
        return image
