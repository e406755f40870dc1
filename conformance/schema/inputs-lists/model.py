from typing import Any, List

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self, a: list[str], b: List[int], c: list[Path], d: list[dict], e: List[Any], f: "list[bool]") -> str:
        return ""
