from cog import BaseModel, BaseRunner


class Output(BaseModel, frozen=True):
    text: str


class Runner(BaseRunner):
    def run(self) -> Output:
        return Output(text="a")
