from cog import BaseRunner, Input

PROMPT = Input(description="Shared", default="hi")


def seed(default=None, le=100):
    return Input(description="Seed", default=default, ge=0, le=le)


class Inputs:
    prompt = Input(description="Prompt", max_length=10)

    @staticmethod
    def scale(default, ge=0, description="Scale"):
        return Input(description=description, default=default, ge=ge, le=20)


class Runner(BaseRunner):
    def run(
        self,
        a: str = Inputs.prompt,
        b: float = Inputs.scale(7.5, ge=1),
        c: float = Inputs.scale(default=2, description="Other"),
        d: str = PROMPT,
        e: int = seed(4, le=9),
    ) -> str:
        return a
