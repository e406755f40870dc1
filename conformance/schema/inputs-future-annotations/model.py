from __future__ import annotations

import typing as t
from typing import TYPE_CHECKING

from cog import BaseRunner, Input, Path

if TYPE_CHECKING:
    import torch


class Runner(BaseRunner):
    def setup(self) -> None:
        self.model: torch.nn.Module | None = None

    def run(
        self,
        a: str | None = None,
        b: t.Optional[int] = Input(default=None, ge=1),
        c: list[Path] = [],
        d: dict[str, float] = {"x": 1},
        e: t.Literal["u", "v"] = "u",
    ) -> t.Dict[str, t.List[float]]:
        return {}
