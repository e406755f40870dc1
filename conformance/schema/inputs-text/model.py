from cog import BaseRunner, Input

SIZE = 512


class Runner(BaseRunner):
    def run(
        self,
        a: str = "line\nbreak\t\u00e9\x41",
        b: str = r"raw\n",
        c: str = "one " "two " 'three',
        d: str = ("in " "brackets"),
        e: str = f"size {SIZE}, half {SIZE // 2}",
        f: str = """two
lines""",
        g: str = Input(
            default="",
            description="Text in"
            " two literals, with \"quotes\"",
        ),
        h: str = "a" + "b" * 2,
        i: str = 'it\'s {{x}}',
    ) -> str:
        return a
