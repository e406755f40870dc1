import shapes as s
from pkg import Deep
from pkg.again import Chained as C
from cog import BaseModel, BaseRunner


class Out(BaseModel):
    box: s.Box
    deep: Deep
    chained: C


class Runner(BaseRunner):
    def run(self) -> Out:
        raise NotImplementedError
