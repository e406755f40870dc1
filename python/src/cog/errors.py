"""Errors of the package."""

from __future__ import annotations

from cog._modules._errors import CogError as CogError
from cog._modules._errors import ConfigDoesNotExist as ConfigDoesNotExist
from cog._modules._errors import PredictorNotSet as PredictorNotSet
