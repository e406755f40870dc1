from cog import BaseRunner, Input


class Common:
    seed = Input(default=None, description="Random seed")
    STEPS = 20

    @staticmethod
    def guidance(default: float = 7.5, le: float = 20):
        return Input(default=default, ge=0, le=le, description="Guidance scale")


class Inputs(Common):
    prompt = Input(description="Prompt")


def steps(default: int, le: int = 100):
    return Input(default=default, ge=1, le=le)


class Runner(BaseRunner):
    def run(
        self,
        prompt: str = Inputs.prompt,
        seed: int = Inputs.seed,
        scale: float = Inputs.guidance(),
        scale_2: float = Common.guidance(3.5, le=10),
        steps: int = steps(default=Common.STEPS),
        steps_2: int = steps(5, 10),
    ) -> str:
        return prompt
