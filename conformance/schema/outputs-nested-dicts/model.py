from typing import Any, Dict, List

from cog import BaseRunner, Path


class Runner(BaseRunner):
    def run(self) -> Dict[str, List[Dict[str, Path]]]:
        return {}
