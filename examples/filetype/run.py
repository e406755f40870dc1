"""Says what kind of file it is given, from the content alone."""

import asyncio

from cog import BaseModel, BaseRunner, Input, Path, concurrent
from magika import Magika


class FileType(BaseModel):
    label: str
    description: str
    mime_type: str
    score: float


class Runner(BaseRunner):
    async def setup(self) -> None:
        self.magika = Magika()

    @concurrent(max=8)
    async def run(self, file: Path = Input(description="Any file; its name is not looked at")) -> FileType:
        result = await asyncio.to_thread(self.magika.identify_bytes, file.read_bytes())
        return FileType(
            label=result.output.label,
            description=result.output.description,
            mime_type=result.output.mime_type,
            score=round(result.score, 3),
        )
