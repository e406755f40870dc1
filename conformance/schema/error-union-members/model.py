from typing import List, Union

from cog import BaseRunner, Input, Path, Secret

class Runner(BaseRunner):
    def run(
        self, a: Union[str, Path], b: Union[Secret, str], c: Union[str, List[Path]],
        d: Union[int, str] = Input(ge=1),
    ) -> str:
        return ""
