from typing import Iterator, List

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self) -> Iterator[List[Path]]:
        yield []
