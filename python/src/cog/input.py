"""``cog.Input`` and what it returns."""

from __future__ import annotations

from cog._modules._inputs import FieldInfo as FieldInfo
from cog._modules._inputs import Input as Input
