"""Silence C code."""

from __future__ import annotations

from cog._modules._suppress_output import suppress_output as suppress_output
