from cog import BaseRunner
from mixins import Downloads, Logs


class Runner(Downloads, BaseRunner, Logs):
    def helper(self) -> None:
        pass
