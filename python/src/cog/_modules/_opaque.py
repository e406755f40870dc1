from __future__ import annotations


class _Opaque:
    def __repr__(self) -> str:
        return "cog.Opaque"

    def __reduce__(self) -> str:
        return "Opaque"


Opaque = _Opaque()
"""``Annotated[T, Opaque]``: T is some JSON object that the schema does not look into."""
