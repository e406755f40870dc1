"""The older home of ``cog.CancelationException``."""

from __future__ import annotations

from cog._modules._cancelation import CancelationException as CancelationException
