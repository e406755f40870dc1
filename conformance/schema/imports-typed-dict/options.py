from typing_extensions import TypedDict as Shape


class Base(Shape):
    a: int


class Extended(Base):
    b: str
