import cog


class Runner(cog.BaseRunner):
    @cog.concurrent(max=32)
    @cog.streaming()
    async def run(self, prompt: str) -> cog.AsyncConcatenateIterator[str]:
        yield prompt
