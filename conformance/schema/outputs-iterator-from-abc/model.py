from collections.abc import AsyncIterator

from cog import BaseRunner


class Runner(BaseRunner):
    async def run(self) -> AsyncIterator[int]:
        yield 1
