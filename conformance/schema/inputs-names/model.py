from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(self, input: str, output: str, id: str, type: str, _x: str, a__b: str, cfgScale: float, Output: str = Input(choices=["a"])) -> str:
        return input
