from typing import Any, ClassVar, Dict, Optional

from cog import BaseModel, BaseRunner


class Output(BaseModel):
    """Docstring."""

    KIND: ClassVar[str] = "k"
    plain = 3
    text: str
    anything: Any
    object: Dict[str, Any]
    default_is_none: str = None
    optional_with_value: Optional[int] = 3

    def method(self) -> str:
        return self.text

    @property
    def loud(self) -> str:
        return self.text.upper()


class Runner(BaseRunner):
    def run(self) -> Output:
        return Output("a", 1, {})
