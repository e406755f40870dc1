"""Every environment variable that the worker reads, and nothing else reads any."""

from __future__ import annotations

import os
from typing import Mapping, NamedTuple, Optional


class Settings(NamedTuple):
    train: bool
    """Run the train reference (``--x-mode train``)."""
    reference: Optional[str]
    """``file.py:Name`` of what to run."""
    train_reference: Optional[str]
    """What another worker would train with; this one only describes it."""
    max_concurrency: Optional[int]
    """None: nothing was said, the decorator decides."""
    weights: Optional[str]
    """For ``setup(weights)``."""
    temporary_root: str
    """Files that cross the channel are written below it."""
    system_temporary: str
    """Files below it that a prediction makes and returns are removed after delivery."""
    trace_stacks: bool
    """Tracebacks go to the server too, for traces."""


def read_settings(environment: Mapping[str, str]) -> Settings:
    train = environment.get("COG_X_MODE") == "train"
    return Settings(
        train=train,
        reference=environment.get("COG_TRAIN_TYPE_STUB" if train else "COG_PREDICT_TYPE_STUB") or None,
        train_reference=None if train else environment.get("COG_TRAIN_TYPE_STUB") or None,
        max_concurrency=_max_concurrency(environment.get("COG_MAX_CONCURRENCY")),
        weights=environment.get("COG_WEIGHTS") or None,
        temporary_root=environment.get("COG_TMPDIR") or system_temporary(environment),
        system_temporary=system_temporary(environment),
        trace_stacks=environment.get("COG_OTEL_STACKS") == "1",
    )


def system_temporary(environment: Mapping[str, str]) -> str:
    """Where this system keeps temporary files. (tempfile knows too, but takes milliseconds to import.)"""
    for name in ("TMPDIR", "TEMP", "TMP"):
        folder = environment.get(name)
        if folder and os.path.isdir(folder):
            return os.path.abspath(folder)
    return "/tmp"


def _max_concurrency(text: Optional[str]) -> Optional[int]:
    """Cog takes 0 and anything that is not a number for 1. The server warns about it."""
    if text is None or not text.strip():
        return None
    try:
        return max(1, int(text))
    except ValueError:
        return 1
