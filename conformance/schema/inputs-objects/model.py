from typing import Any, Dict

from cog import BaseRunner
from typing_extensions import TypedDict


class Options(TypedDict, total=False):
    size: int


class Runner(BaseRunner):
    def run(self, a: Any, b: dict, c: dict[str, int], d: Dict[str, Any], e: Options) -> str:
        return ""
