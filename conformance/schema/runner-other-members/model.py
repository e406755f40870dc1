from typing import Optional

from cog import BaseRunner, Path


class Runner(BaseRunner):
    """A runner with all the methods that Cog knows."""

    model: Optional[object] = None

    def setup(self, weights: Optional[Path] = None) -> None:
        self.weights = weights

    async def healthcheck(self) -> bool:
        return True

    def _prepare(self, x):
        return x

    def run(self, text: str) -> str:
        def inner(y):
            return y

        class Local:
            def run(self, z): ...

        match = {"case": 1}
        if (n := len(text)) > 3:
            return f"{text!r:>{n}} {match['case']}"
        return inner(text)
