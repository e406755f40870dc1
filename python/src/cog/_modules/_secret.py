from __future__ import annotations

# typing.TYPE_CHECKING without importing typing.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass
    from typing import Optional
else:
    from ._frozen import dataclass

_STARS = "**********"


@dataclass(frozen=True, repr=False)
class Secret:
    """A text that does not show itself when printed or logged.

    >>> str(Secret("hunter2")), Secret("hunter2").get_secret_value()
    ('**********', 'hunter2')
    """

    secret_value: Optional[str] = None

    def __repr__(self) -> str:
        return f"Secret({self})"

    def __str__(self) -> str:
        return "" if self.secret_value is None else _STARS

    def get_secret_value(self) -> str | None:
        """The text itself."""
        return self.secret_value
