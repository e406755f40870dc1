from typing import Dict, Iterator, List, Optional


class Runner:
    # wrong numbers of type arguments
    def run(self, a: List[str, int], b: Optional[int, str],
            c: int = 1) -> Iterator:
        yield 1
