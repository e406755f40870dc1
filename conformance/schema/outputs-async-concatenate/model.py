import cog
from cog import AsyncConcatenateIterator, BaseRunner


class Runner(BaseRunner):
    @cog.streaming()
    @cog.concurrent(max=4)
    async def run(self, prompt: str) -> AsyncConcatenateIterator[str]:
        yield prompt
