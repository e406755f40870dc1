from cog import BaseRunner
from cog import Input as I
from cog import Path as P
from typing import List as L
from typing import Optional as Opt

Image = P
Images = L[Image]
Steps = int


class Runner(BaseRunner):
    def run(self, a: Image, b: Opt[Images] = None, c: Steps = I(default=20, ge=1), d: Opt[P] = I(default=None)) -> Images:
        return [a]
