from typing import List

from cog import BaseRunner

Tree = List["Tree"]

class Runner(BaseRunner):
    def run(self, a: Tree) -> str:
        return ""
