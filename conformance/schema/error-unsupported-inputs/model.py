from typing import Dict, List, Optional, Union

import numpy as np
from cog import BaseModel, BaseRunner, Input, Path


class Options(BaseModel):
    x: int


class Runner(BaseRunner):
    def run(
        self,
        # one unsupported input a line
        ok: str,
        *,
        a: tuple[int, int],
        b: list,
        c: List[List[str]],
        d: List[Optional[str]],
        e: Options,
        f: np.ndarray,
        g: Nope,
        h: Union[str, Path],
        i: Dict[str],
        j: Union[int, str] = Input(ge=1),
        **rest: str,
    ) -> str:
        return ""
