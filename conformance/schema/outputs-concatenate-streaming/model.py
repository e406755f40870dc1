from cog import BaseRunner, ConcatenateIterator, streaming


class Runner(BaseRunner):
    @streaming
    def run(self, prompt: str) -> ConcatenateIterator[str]:
        yield prompt
