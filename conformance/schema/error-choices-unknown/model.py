from cog import BaseRunner, Input
from whisper.tokenizer import LANGUAGES

VOICES = {"a": open, "b": print}
PAIRS = {"x": ["y"]}

class Runner(BaseRunner):
    def run(
        self,
        # none of these can be known
        a: str = Input(choices=sorted(LANGUAGES.keys())),
        b: str = Input(choices=VOICES.values()),
        c: str = Input(choices=[a + b for a in "xy" for b in "z"]),
        d: str = Input(choices=PAIRS.values()),
        e: str = Input(choices=[x for x in "abc" if x != "a"]),
    ) -> str:
        return a
