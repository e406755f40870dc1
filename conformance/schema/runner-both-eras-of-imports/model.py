try:
    from cog import BaseRunner
except ImportError:
    from cog import BasePredictor as BaseRunner

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray

from cog import Input


class Runner(BaseRunner):
    def helper(self) -> "ndarray":
        raise NotImplementedError

    def run(self, a: int = Input(default=1)) -> int:
        return a
