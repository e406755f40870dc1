from typing import Optional

from cog import BaseModel, BaseRunner


class Base(BaseModel):
    a: int
    b: str = "x"


class Out(Base):
    b: str = "y"
    c: Optional[float] = None


class Runner(BaseRunner):
    def run(self) -> Out:
        return Out(a=1)
