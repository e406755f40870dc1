from typing import List, Optional

from cog import BaseModel, BaseRunner


class Tree(BaseModel):
    name: str
    branches: "List[Branch]"


class Branch(BaseModel):
    leaf: "Optional[Tree]" = None
    weight: float = 1.0


class Runner(BaseRunner):
    def run(self) -> Tree:
        return Tree("t", [])
