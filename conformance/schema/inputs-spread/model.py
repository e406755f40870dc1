from cog import BaseRunner, Input

COMMON = {"ge": 0, "le": 10}


class Runner(BaseRunner):
    def run(self, a: int = Input(default=1, **COMMON)) -> str:
        return ""
