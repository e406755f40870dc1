from __future__ import annotations

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Union

    from ._paths import Path
    from ._scope import Scope


class BaseRunner:
    """A model: load it in ``setup()``, answer predictions in ``run()``.

    >>> class Runner(BaseRunner):
    ...     def run(self, name: str) -> str:
    ...         return "hello " + name
    >>> Runner().run(name="world")
    'hello world'
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    if TYPE_CHECKING:
        # With or without weights, async or not: no override is wrong.
        def setup(self, *args: Any, **kwargs: Any) -> Any: ...
    else:

        def setup(self, weights: Optional[Union[Path, str]] = None) -> Any:
            """Called once before the first prediction. May be ``async def``."""

    def run(self, *args: Any, **kwargs: Any) -> Any:
        """Answer one prediction."""
        if type(self).predict is not BaseRunner.predict:
            return self.predict(*args, **kwargs)
        raise NotImplementedError("run has not been implemented by parent class.")

    def predict(self, *args: Any, **kwargs: Any) -> Any:
        """The older name of ``run()``."""
        if type(self).run is BaseRunner.run:
            raise NotImplementedError("run has not been implemented by parent class.")
        import warnings

        warnings.warn(f"{type(self).__name__}.predict() is deprecated; use run() instead", DeprecationWarning, stacklevel=2)
        return self.run(*args, **kwargs)

    @property
    def scope(self) -> Scope:
        """The running prediction: its metrics and its context."""
        from ._scope import current_scope

        return current_scope()

    def record_metric(self, key: str, value: Any, mode: str = "replace") -> None:
        """Add a number or text to the ``metrics`` of this prediction; ``mode`` is replace, incr or append."""
        self.scope.record_metric(key, value, mode=mode)


class BasePredictor(BaseRunner):
    """The older name of ``BaseRunner``."""
