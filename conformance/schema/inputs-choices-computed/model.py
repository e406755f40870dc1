from cog import BaseRunner, Input

BASE = ["a", "b"]
TABLE = {"z": 1, "y": 2}


class Names:
    ALL = ["n", "m"]


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(choices=("p", "q")),
        b: str = Input(choices=[*BASE, "c"]),
        c: str = Input(choices=sorted(TABLE)),
        d: str = Input(choices=Names.ALL),
        e: str = Input(choices=[f"v{n}" for n in [1, 2]]),
        f: int = Input(choices=list(range(1, 4))),
        g: str = Input(choices=TABLE.keys()),
    ) -> str:
        return a
