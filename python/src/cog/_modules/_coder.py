from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Dict, Optional, Set, Type


class Coder(ABC):
    """Turns a type into JSON objects and back. Kept importable; the server does not consult coders."""

    _coders: ClassVar[Set[Type[Coder]]] = set()

    @staticmethod
    def register(coder: Type[Coder]) -> None:
        Coder._coders.add(coder)

    @staticmethod
    def lookup(tpe: Type[Any]) -> Optional[Coder]:
        for cls in Coder._coders:
            coder = cls.factory(tpe)
            if coder is not None:
                return coder
        return None

    @staticmethod
    @abstractmethod
    def factory(tpe: Type[Any]) -> Optional[Coder]:
        """A coder for this type, or None."""

    @abstractmethod
    def encode(self, x: Any) -> Dict[str, Any]: ...

    @abstractmethod
    def decode(self, x: Dict[str, Any]) -> Any: ...
