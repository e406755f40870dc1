from typing import Any, Dict, List, Optional

from cog import BaseRunner, File, Input, Path, Secret


class Runner(BaseRunner):
    def run(
        self,
        i: Optional[int],
        f: Optional[float] = None,
        b: Optional[bool] = True,
        s: Optional[str] = Input(),
        p: Optional[Path] = Input(description="a picture"),
        h: Optional[File] = Input(default=None),
        k: Optional[Secret] = None,
        o: Optional[Dict[str, int]] = None,
        l: Optional[List[Path]] = None,
        a: Optional[Any] = None,
    ) -> str:
        return ""
