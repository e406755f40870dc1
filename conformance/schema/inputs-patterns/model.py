from cog import BaseRunner, Input

HEX = r"^#[0-9a-fA-F]{6}$"


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(regex=r"^\d{3}-\d{4}$"),
        b: str = Input(default="#00ff00", regex=HEX),
        c: str = Input(default="ab", regex="^(?P<first>[a-z])(?P<rest>.*)$"),
        d: str = Input(default="x\ty", regex="\t"),
    ) -> str:
        return a
