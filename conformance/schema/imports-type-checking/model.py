from __future__ import annotations

from typing import TYPE_CHECKING

from cog import BaseRunner

if TYPE_CHECKING:
    from schemas import Out


class Runner(BaseRunner):
    def run(self, n: int) -> Out:
        from schemas import Out

        return Out(n)
