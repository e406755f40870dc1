import os

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: int = os.cpu_count(),
        b: list[str] = Input(default_factory=list),
        c: str = Input(choices=os.listdir(".")),
        d: str = Input(accept="image/*"),
    ) -> str:
        return ""
