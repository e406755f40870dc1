from typing import List, NewType, Optional

from cog import BaseRunner, Path

Image = Path
Images = List[Image]
Prompt = NewType("Prompt", str)
Maybe = Optional[int]


class Runner(BaseRunner):
    def run(self, a: Image, b: Images, c: Prompt, d: Maybe = None) -> Images:
        return b
