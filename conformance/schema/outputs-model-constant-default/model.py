from cog import BaseModel, BaseRunner

LIMIT = 3


class Out(BaseModel):
    limit: int = LIMIT


class Runner(BaseRunner):
    def run(self) -> Out:
        return Out()
