import torch
from cog import BaseRunner


class Runner(BaseRunner):
    def run(self) -> torch.Tensor:
        return torch.zeros(1)
