from cog import BaseRunner, Input

SEED_HELP = "Leave blank to randomize"


class Runner(BaseRunner):
    def run(
        self,
        prompt: str = Input(
            description="What to draw. "
            "Several sentences are fine, "
            'with "quotes" and <tags> & more.',
            default="an astronaut",
        ),
        seed: int = Input(description=f"Random seed. {SEED_HELP}.", default=None),
        style: str = Input(
            description="""
            Indented
            text
            """,
            default="",
        ),
    ) -> str:
        return prompt
