from cog import BaseModel, BaseRunner


class Runner(BaseRunner):
    def run(self) -> "Output":
        return Output(text="a")


class Output(BaseModel):
    text: str
