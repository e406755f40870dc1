from typing import List, Optional, Union

from cog import BaseRunner, Input, Path, Secret


class Runner(BaseRunner):
    def run(
        self,
        a: Optional[str],
        b: Optional[int] = None,
        c: Union[float, None] = 1.5,
        d: Optional[Path] = Input(description="D"),
        e: Optional[List[str]] = Input(default=None),
        f: Optional[Secret] = Input(),
        g: Union[None, bool] = Input(default=True),
    ) -> str:
        return ""
