from typing import Union

import torch
from cog import BaseModel


class Out(BaseModel):
    a: Union[int, str]
    b: torch.Tensor
    c: int


class Runner:
    def run(self) -> Out:
        raise NotImplementedError
