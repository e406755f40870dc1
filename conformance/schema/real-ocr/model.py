from dataclasses import dataclass, field
from typing import Literal, TypedDict

from cog import BaseRunner, Input, Path

Language = Literal["en", "de", "fr", "ja"]


class Options(TypedDict, total=False):
    paragraph: bool
    detail: int


@dataclass
class Word:
    text: str
    confidence: float
    box: list[list[int]]


@dataclass
class Page:
    number: int
    words: list[Word] = field(default_factory=list)
    text: str = ""


class Runner(BaseRunner):
    def setup(self) -> None:
        import easyocr

        self.reader = easyocr.Reader(["en"])

    def run(
        self,
        document: Path = Input(accept="image/*,application/pdf"),
        languages: list[Language] = Input(default=["en"], description="Languages to look for"),
        pages: str | None = Input(default=None, regex=r"^\d+(-\d+)?$", description="1, or 2-5"),
        options: Options = {},
        dpi: int = Input(default=200, ge=72, le=600),
    ) -> list[Page]:
        return []
