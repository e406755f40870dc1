from typing import Iterator, Optional

from cog import BaseRunner, Input, Path, Secret, streaming
from schemas import Caption

TONES = ["plain", "funny"]


class Runner(BaseRunner):
    @streaming
    def run(
        self,
        image: Path = Input(description="Picture to describe", accept="image/*"),
        tone: str = Input(choices=TONES + ["legal"], default="plain"),
        count: int = Input(default=3, ge=1, le=10),
        hint: Optional[str] = Input(description="Steer the captions", max_length=200),
        tags: list[str] = [],
        weight: int | float = 1,
        token: Secret = Input(default=None),
        raw: bool = Input(default=False, deprecated=True),
    ) -> Iterator[Caption]:
        ...
