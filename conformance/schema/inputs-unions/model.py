from typing import Any, Dict, List, Optional, Union

from cog import BaseRunner, Input


class Runner(BaseRunner):
    def run(
        self,
        a: Union[int, str],
        b: Union[float, int] = 1,
        c: Optional[Union[int, str]] = None,
        d: Union[int, str, None] = Input(description="required, though nullable"),
        e: Union[List[str], str] = "x",
        f: Union[Dict[str, Any], List[int]] = Input(default=None),
    ) -> str:
        return ""
