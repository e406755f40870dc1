from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, a: str = Input(..., description="the old way to say required"), b: int = Input(default=...)) -> str:
        return a
