from typing import AsyncIterator

from cog import BaseRunner, concurrent


class Runner(BaseRunner):
    @concurrent
    async def run(self) -> AsyncIterator[int]:
        yield 1
