from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(
        self,
        seed: int = Input(default=None, description="Leave out for a random one"),
        image: Path = Input(default=None),
        n: int = None,
    ) -> str:
        return ""
