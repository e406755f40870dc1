from typing import List, Literal

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> List[Literal["a", "b"]]:
        return []
