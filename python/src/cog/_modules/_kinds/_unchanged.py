"""The answer of a kind of output to values that are not its own (None is an ordinary value)."""

from __future__ import annotations

from typing import Any

UNCHANGED: Any = object()
