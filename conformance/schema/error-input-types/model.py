from typing import Dict, Iterator, List, Optional, Sequence, Set, Tuple

import numpy as np
from cog import BaseModel, BaseRunner, Path


class Out(BaseModel):
    x: int


class Runner(BaseRunner):
    def run(
        self,
        # every line below is an input that cannot be
        a: Tuple[int, int],
        b: Set[str],
        c: Sequence[str],
        d: bytes,
        e: list,
        f: List[List[int]],
        g: List[Optional[str]],
        h: Optional,
        i: np.ndarray,
        j: Undefined,
        k: Out,
        l: None,
        m: Iterator[str],
    ) -> str:
        return ""
