from cog import BaseRunner

from src.base import Mixin


class Runner(Mixin, BaseRunner):
    pass
