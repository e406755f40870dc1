"""Predict or train."""

from __future__ import annotations

from cog._modules._mode import Mode as Mode
