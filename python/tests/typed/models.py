"""Models as people write them: mypy --strict and pyright --strict find nothing wrong with them."""

from __future__ import annotations

from typing import AsyncIterator, Iterator, List, Optional

from typing_extensions import Annotated, assert_type

import cog
from cog import (
    AsyncConcatenateIterator,
    BaseModel,
    BasePredictor,
    BaseRunner,
    CancelationException,
    ConcatenateIterator,
    File,
    Input,
    Opaque,
    Path,
    Secret,
    URLPath,
    concurrent,
    current_scope,
    streaming,
)


class Caption(BaseModel):
    text: str
    score: float = 1.0
    crop: Optional[Path] = None


class Frozen(BaseModel, frozen=True):
    n: int


class Images(BaseRunner):
    def setup(self, weights: Optional[Path] = None) -> None:
        self.weights = weights

    def run(
        self,
        image: Path = Input(description="Picture", accept="image/*"),
        mask: Optional[Path] = Input(default=None),
        steps: int = Input(default=20, ge=1, le=100),
        tone: str = Input(choices=["plain", "funny"], default="plain"),
        token: Secret = Input(default=None),
        tags: List[str] = Input(default=[]),
    ) -> List[Caption]:
        assert_type(image / "x", Path)
        assert_type(token.get_secret_value(), Optional[str])
        self.record_metric("steps", steps)
        self.scope.metrics["a.b"] = 1
        assert_type(self.scope.context, "dict[str, str]")
        caption = Caption(text=tone, crop=image.with_suffix(".png"))
        assert_type(caption.score, float)
        return [caption, Caption("positional", 0.5)]


class Old(BasePredictor):
    def predict(self, prompt: str, n: int = Input(default=1)) -> ConcatenateIterator[str]:
        try:
            yield from prompt.split()
        except CancelationException:
            raise


class Chat(BaseRunner):
    async def setup(self) -> None:
        self.ready = True

    @streaming
    @concurrent(max=8)
    async def run(self, prompt: str, extra: Annotated[object, Opaque] = Input(default={})) -> AsyncConcatenateIterator[str]:
        yield prompt


class Plain:
    @streaming()
    def run(self, file: File, count: int = cog.Input(default=2, ge=1)) -> Iterator[Path]:
        current_scope().record_metric("count", count, mode="incr")
        for index in range(count):
            yield Path(f"{index}.png")


@concurrent
async def generate(text: str = Input(min_length=1, max_length=10, regex="^a")) -> AsyncIterator[str]:
    yield text


assert_type(cog.__version__, str)
assert_type(URLPath(source="https://example.com/a.png", filename="a.png").convert(), Path)
