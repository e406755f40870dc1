from __future__ import annotations

from cog import BaseRunner, Input, Path


class Runner(BaseRunner):
    def run(
        self,
        a: str | None,
        b: None | int = 3,
        c: list[Path] | None = None,
        d: "float | None" = Input(default=0.5, ge=0, le=1),
    ) -> str:
        return ""
