from typing import List, Optional

from cog import BaseRunner, Path
from pydantic import BaseModel, Field


class Word(BaseModel):
    text: str
    start: float = Field(ge=0)


class Output(BaseModel):
    words: List[Word]
    language: Optional[str] = None
    score: float = 1.0


class Runner(BaseRunner):
    def run(self) -> Output:
        return Output(words=[])
