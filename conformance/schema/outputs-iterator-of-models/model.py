from typing import Iterator, List

from cog import BaseModel, BaseRunner, Path


class Frame(BaseModel):
    image: Path
    scores: List[float]
    label: str = "none"


class Runner(BaseRunner):
    def run(self, count: int = 2) -> Iterator[Frame]:
        for _ in range(count):
            yield Frame(image=Path("a.png"), scores=[])
