from cog import BaseRunner

from . import shapes
from .shapes import Box
from ..common import SIZES, Meta


class Runner(BaseRunner):
    def run(self, size: int = SIZES[1], box: shapes.Kind = shapes.Kind.BIG) -> Box:
        return Box(1, Meta(""))
