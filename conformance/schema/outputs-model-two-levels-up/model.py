from typing import Optional

from cog import BaseModel, BaseRunner


class Timed(BaseModel):
    seconds: float = 0.0


class Scored(Timed):
    score: Optional[float] = None


class Output(Scored):
    text: str = ""
    seconds: int = 1


class Runner(BaseRunner):
    def run(self) -> Output:
        return Output()
