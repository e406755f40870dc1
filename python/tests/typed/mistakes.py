"""What type checkers must tell: each line that ends with ``# wrong`` has an error in mypy and in pyright."""

from __future__ import annotations

from cog import BaseModel, Input, Secret, concurrent, current_scope


class Caption(BaseModel):
    text: str
    score: float = 1.0


class Frozen(BaseModel, frozen=True):
    n: int


Caption()  # wrong
Caption(text=1)  # wrong
Caption(text="a", colour="red")  # wrong
Caption(text="a").colour  # wrong
length: int = Caption("a").text  # wrong
n: int = Input(gt=1)  # wrong
m: int = Input(1, 2)  # wrong
o: int = Input(ge="1")  # wrong
Secret(1)  # wrong
Secret("a").secret_value = "b"  # wrong
concurrent(max="4")  # wrong
current_scope().record_metric(1, 2)  # wrong
