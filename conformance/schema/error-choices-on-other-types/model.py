from cog import BaseRunner, Input, Secret

class Runner(BaseRunner):
    def run(self,
            a: bool = Input(default=True, choices=["x"]),
            b: Secret = Input(default="x", choices=["x"])) -> str:
        return ""
