from typing import Dict, List

from cog import BaseModel, BaseRunner, Path


class Item(BaseModel):
    path: Path


Items = List[Item]
Result = Dict[str, Items]


class Runner(BaseRunner):
    def run(self) -> Result:
        return {}
