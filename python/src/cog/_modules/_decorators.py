from __future__ import annotations

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, TypeVar, overload

    F = TypeVar("F", bound=Callable[..., Any])
else:

    def overload(function: Any) -> Any:
        return function


CONCURRENT_ATTRIBUTE = "__cog_concurrent_max__"
STREAMING_ATTRIBUTE = "__cog_streaming__"

_CO_COROUTINE = 0x80
_CO_ASYNC_GENERATOR = 0x200


def is_async(function: Any) -> bool:
    """An ``async def``, with or without ``yield``. (inspect says the same, but takes milliseconds to import.)"""
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    return code is not None and bool(code.co_flags & (_CO_COROUTINE | _CO_ASYNC_GENERATOR))


@overload
def streaming(function: F) -> F: ...
@overload
def streaming() -> Callable[[F], F]: ...  # noqa: F811
def streaming(function: Any = None) -> Any:  # noqa: F811
    """Mark ``run()`` as willing to answer with server-sent events. Changes nothing else."""

    def mark(target: Any) -> Any:
        try:
            setattr(getattr(target, "__func__", target), STREAMING_ATTRIBUTE, True)
        except AttributeError:
            pass  # A builtin or a partial: the mark is only read where there is no schema file.
        return target

    return mark if function is None else mark(function)


@overload
def concurrent(function: F) -> F: ...
@overload
def concurrent(*, max: int = 1) -> Callable[[F], F]: ...  # noqa: F811
def concurrent(*args: Any, **kwargs: Any) -> Any:  # noqa: F811
    """Let an ``async def run()`` answer up to ``max`` predictions at once.

    >>> @concurrent(max=4)
    ... async def run(text: str) -> str:
    ...     return text
    """
    unknown = set(kwargs) - {"max"}
    if len(args) > 1 or unknown or (args and (kwargs or not _is_function(args[0]))):
        raise TypeError("concurrent must be used as @concurrent or @concurrent(max=...)")
    maximum = kwargs.get("max", 1)
    if isinstance(maximum, bool) or not isinstance(maximum, int):
        raise TypeError("concurrent max must be an integer")
    if maximum < 1:
        raise ValueError("concurrent max must be at least 1")

    def mark(function: Any) -> Any:
        if maximum > 1 and not is_async(function):
            raise TypeError("concurrent max greater than 1 requires an async function")
        setattr(getattr(function, "__func__", function), CONCURRENT_ATTRIBUTE, maximum)
        return function

    return mark(args[0]) if args else mark


def _is_function(value: Any) -> bool:
    return callable(value) or isinstance(value, (staticmethod, classmethod))
