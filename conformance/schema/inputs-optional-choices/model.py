from typing import List, Optional

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: Optional[str] = Input(choices=["x", "y"]),
        b: Optional[int] = Input(choices=[1, 2], default=None, ge=1, deprecated=True),
        c: List[str] = Input(choices=["p", "q"], default=["p"]),
    ) -> str:
        return ""
