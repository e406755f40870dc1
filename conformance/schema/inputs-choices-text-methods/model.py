from cog import BaseRunner, Input

LANGUAGES = "en de fr".split()
CODES = "a,b".upper().split(",")


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(choices=LANGUAGES, default="en"),
        b: str = Input(choices=CODES + [code.lower() for code in CODES], default="A"),
        c: str = Input(default="x", description="One of " + ", ".join(LANGUAGES)),
        d: str = Input(choices=[str(size) for size in (1, 2)], default="1"),
        e: str = Input(choices=[f"{size}x{size}" for size in [64, 128]], default="64x64"),
        f: str = Input(choices=[lang.title() for lang in LANGUAGES], default="De"),
    ) -> str:
        return a
