from __future__ import annotations


class CogError(Exception):
    """Base of the errors of this package."""


class ConfigDoesNotExist(CogError):
    """There is no cog.yaml."""


class PredictorNotSet(CogError):
    """Nothing says which class or function to run."""


class ModelLoadError(CogError):
    """The reference does not lead to a model that can run."""
