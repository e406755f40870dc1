from typing import Any, List

from cog import BaseRunner, File, Input, Path, Secret


class Runner(BaseRunner):
    def run(
        self,
        i: int = None,
        f: float = Input(None),
        b: bool = Input(default=None),
        s: str = Input(default=None, description="old style"),
        p: Path = Input(default=None, description="a picture"),
        h: File = None,
        k: Secret = None,
        o: dict = None,
        l: List[str] = None,
        a: Any = None,
    ) -> str:
        return ""
