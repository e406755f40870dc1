from typing import Annotated, List

from cog import BaseRunner, Opaque


class Blob:
    pass


class Runner(BaseRunner):
    def run(self) -> Annotated[List[Blob], Opaque]:
        return []
