from __future__ import annotations

from cog import BaseRunner
from schemas import First


class Runner(BaseRunner):
    def run(self, first: str) -> Second:
        ...
