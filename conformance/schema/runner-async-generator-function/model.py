from typing import AsyncIterator

from cog import Input


async def generate(prompt: str = Input(description="what"), n: int = 3) -> AsyncIterator[str]:
    for _ in range(n):
        yield prompt
