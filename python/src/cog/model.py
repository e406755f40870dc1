"""``cog.BaseModel``."""

from __future__ import annotations

from cog._modules._model import BaseModel as BaseModel
