import os
from typing import Optional

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: str = Input(default=os.getcwd()),
        b: Optional[str] = Input(default=os.environ.get("B")),
    ) -> str:
        return ""
