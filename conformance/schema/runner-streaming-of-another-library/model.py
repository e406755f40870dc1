from cog import BaseRunner
from server_kit import concurrent, streaming


class Runner(BaseRunner):
    @streaming
    @concurrent(9)
    def run(self, a: str) -> str:
        return a
