from typing import List, Optional

from cog import BaseRunner, File, Input, Path

IMAGES = "image/png,image/jpeg"


class Runner(BaseRunner):
    def run(
        self,
        a: Path = Input(accept="image/*"),
        b: List[Path] = Input(accept=".safetensors,.bin"),
        c: Optional[Path] = Input(default=None, accept=IMAGES),
        d: File = Input(accept="audio/*"),
        e: Path = Input(accept=None),
    ) -> Path:
        return a
