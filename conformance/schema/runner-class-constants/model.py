from cog import BaseModel, BaseRunner, Input


class Runner(BaseRunner):
    SIZES = [1, 2]
    prompt = Input(description="Prompt", default="hi")

    class Output(BaseModel):
        text: str

    def run(self, size: int = Input(choices=SIZES, default=SIZES[0]), prompt: str = prompt) -> Output:
        return self.Output(text=prompt)
