import os

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, a: int = Input(gt=1, le=os.cpu_count(), default=3), b: str = Input(description=os.name)) -> str:
        return b
