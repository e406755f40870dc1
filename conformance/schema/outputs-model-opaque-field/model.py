from typing import Annotated, Optional

from cog import BaseModel, BaseRunner, Opaque


class Blob:
    pass


class Output(BaseModel):
    blob: Annotated[Blob, Opaque]
    blobs: Annotated[list[Blob], Opaque]
    maybe: Annotated[Optional[Blob], Opaque] = None


class Runner(BaseRunner):
    def run(self) -> Output:
        return Output({}, [])
