import asyncio
from typing import Annotated, Any, AsyncIterator, Optional, Union

import httpx
from cog import BaseRunner, Input, Opaque, Path, Secret, concurrent
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageParam, ChatCompletionToolParam


class Runner(BaseRunner):
    async def setup(self) -> None:
        self.client = httpx.AsyncClient(timeout=60)

    @concurrent(max=100)
    async def run(
        self,
        messages: Annotated[list[ChatCompletionMessageParam], Opaque],
        tools: Annotated[Optional[list[ChatCompletionToolParam]], Opaque] = None,
        tool_choice: Union[str, dict] = "auto",
        response_format: Optional[dict] = None,
        images: list[Path] = Input(default=[], description="Pictures to look at"),
        temperature: Optional[float] = Input(default=None, ge=0, le=2),
        stop: Union[str, list[str], None] = None,
        extra: Any = Input(default={}),
        api_key: Secret = Input(description="Used for this request only"),
    ) -> AsyncIterator[Annotated[ChatCompletionChunk, Opaque]]:
        yield {}
