from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, AsyncIterator, Iterator, TypeVar

T_co = TypeVar("T_co", covariant=True)

if TYPE_CHECKING:
    # What a generator is declared to return; of a subclass a type checker would say that a generator is none.
    from typing import AsyncIterator as AsyncConcatenateIterator
    from typing import Iterator as ConcatenateIterator
else:

    class ConcatenateIterator(Iterator[T_co]):
        """The return annotation of a generator whose yields are pieces of one text.

        >>> def run(prompt: str) -> ConcatenateIterator[str]:
        ...     yield from ("Hello", " ", "world")
        """

        @abstractmethod
        def __next__(self) -> T_co: ...

    class AsyncConcatenateIterator(AsyncIterator[T_co]):
        """``ConcatenateIterator`` for ``async def`` generators."""

        @abstractmethod
        async def __anext__(self) -> T_co: ...


__all__ = ["AsyncConcatenateIterator", "ConcatenateIterator"]
