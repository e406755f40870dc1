from cog import BaseRunner, Input

type Words = list[str]


class Runner(BaseRunner):
    def run(self, words: Words, text: str = Input(default="a")) -> Words:
        match words:
            case [first, *_]:
                return [f"{first + f"{text}"}"]
        try:
            return words
        except* ValueError:
            raise
