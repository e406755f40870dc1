from cog import BaseModel, BaseRunner
from other import Wrapped


class Box(BaseModel):
    a: int
    wrapped: Wrapped


class Runner(BaseRunner):
    def run(self) -> Box:
        raise NotImplementedError
