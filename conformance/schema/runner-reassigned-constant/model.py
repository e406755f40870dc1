import os

from cog import BaseRunner, Input

SIZE = 512
if os.environ.get("BIG"):
    SIZE = 1024


class Runner(BaseRunner):
    def run(self, size: int = Input(default=SIZE)) -> int:
        return size
