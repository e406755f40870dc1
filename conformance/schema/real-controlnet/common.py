from abc import ABC, abstractmethod
from typing import List

from cog import BaseRunner, Input, Path


class CommonInputs:
    prompt = Input(description="Prompt", default="")
    seed = Input(description="Random seed", default=None)

    @staticmethod
    def scale(default, ge=0, le=1):
        return Input(description="How strongly", default=default, ge=ge, le=le)

    @staticmethod
    def steps(default=30):
        return Input(default=default, ge=1, le=100)


class ImageRunner(BaseRunner, ABC):
    def setup(self) -> None:
        self.folder = "/tmp"

    @abstractmethod
    def run(self, **inputs) -> List[Path]: ...

    def save(self, images) -> List[Path]:
        return []
