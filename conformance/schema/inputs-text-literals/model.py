from cog import BaseRunner, Input

NAME = "cog"


class Runner(BaseRunner):
    def run(
        self,
        a: str = "tab\there \u00e9 \x41 \101 \U0001f600",
        b: str = r"\d+\n",
        c: str = """two
lines""",
        d: str = "one " "and " 'another',
        e: str = ("in " "parentheses"),
        f: str = f"hello {NAME}, {{braces}} {1 + 1}",
        g: str = "no \escape \
joined",
        h: str = Input(default="", description=""),
        i: str = u"old",
        j: str = "ab" * 3 + "!",
    ) -> str:
        return a
