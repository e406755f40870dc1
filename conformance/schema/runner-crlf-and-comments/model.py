from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        # the prompt
        prompt: str = Input(  # what to say
            description="D",  # a text
        ),
    ) -> str:  # text
        if (n := len(prompt)) > 3:
            return f"{prompt!r:>{n}}"
        return prompt
