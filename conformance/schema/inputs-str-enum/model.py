from enum import StrEnum, auto

from cog import BaseRunner, Input


class Format(StrEnum):
    PNG = auto()
    JPEG = auto()
    WEBP = "webp!"


class Runner(BaseRunner):
    def run(self, a: Format = Format.PNG, b: str = Input(choices=list(Format), default=Format.JPEG)) -> Format:
        return a
