from typing import Iterator

from cog import BaseRunner, streaming


class Runner(BaseRunner):
    @streaming
    def run(self, count: int) -> Iterator[str]:
        for _ in range(count):
            yield "token"
