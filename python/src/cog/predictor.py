"""The base classes, and loading a model by its reference."""

from __future__ import annotations

from cog._modules._base import BasePredictor as BasePredictor
from cog._modules._base import BaseRunner as BaseRunner
from cog._modules._load import extract_setup_weights as extract_setup_weights
from cog._modules._load import has_setup_weights as has_setup_weights
from cog._modules._load import load_predictor_from_ref as load_predictor_from_ref
