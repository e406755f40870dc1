from cog import BaseRunner, Input

NAMES = ["a", "b"]
NAMES.append("c")


class Runner(BaseRunner):
    def run(self, name: str = Input(choices=NAMES, default="a")) -> str:
        return name
