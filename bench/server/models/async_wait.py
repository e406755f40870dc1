import asyncio

from cog import BaseRunner


class Runner(BaseRunner):
    async def run(self, text: str) -> str:
        await asyncio.sleep(0.01)
        return text
