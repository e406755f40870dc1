from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        input: str,
        output: str = "o",
        id: int = 1,
        type: str = Input(choices=["a", "b"], default="a"),
        Input: str = "x",
        properties: dict = {"title": {"default": 1}},
        required: bool = False,
        Status: str = "s",
        self_: str = "",
    ) -> dict:
        return {}
