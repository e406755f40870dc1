from typing import Dict, List

from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> Dict[str, List[Dict[str, int]]]:
        return {}
