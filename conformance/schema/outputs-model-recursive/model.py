from __future__ import annotations

from typing import List

from cog import BaseModel, BaseRunner


class Node(BaseModel):
    name: str
    children: List[Node]


class Runner(BaseRunner):
    def run(self) -> Node:
        return Node(name="", children=[])
