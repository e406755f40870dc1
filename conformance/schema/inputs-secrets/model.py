from typing import Optional

from cog import BaseRunner, Input, Secret


class Runner(BaseRunner):
    def run(
        self,
        a: Secret,
        b: Secret = Input(default=None, description="token"),
        c: Optional[Secret] = None,
        d: Secret | None = Input(),
        e: list[Secret] = [],
    ) -> bool:
        return a is not None
