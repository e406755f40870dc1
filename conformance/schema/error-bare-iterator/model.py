from typing import Iterator

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> Iterator:
        yield 1
