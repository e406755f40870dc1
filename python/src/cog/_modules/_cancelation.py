from __future__ import annotations


class CancelationException(BaseException):
    """Raised inside a sync ``run()`` when its prediction is canceled.

    It derives from ``BaseException`` so that ``except Exception`` does not swallow it. Catch it to clean up, then
    raise it again.
    """
