from typing import Any, Dict

from cog import BaseRunner, Input

BASE = {"steps": 20, "tags": ["a"]}


class Runner(BaseRunner):
    def run(
        self,
        a: dict = {"x": {"y": [1, None, True]}},
        b: Dict[str, float] = BASE,
        c: Any = {},
        d: dict = Input(default={1: "one", "two": 2}, description="keys become text"),
    ) -> dict:
        return a
