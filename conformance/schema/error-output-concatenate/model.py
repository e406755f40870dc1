from cog import ConcatenateIterator


class Runner:
    def run(self) -> ConcatenateIterator[int]:
        yield 1
