"""Kept importable."""

from __future__ import annotations

from cog._modules._coder import Coder as Coder
