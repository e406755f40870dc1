"""``python -m cog.server.redis_queue``: the same server fed from Redis, with the flags of Cog 0.5 and 0.6."""

from __future__ import annotations

import os

from cog.server.http import main

if __name__ == "__main__":
    # The server reads its arguments by the rules of this entry.
    os.environ["COG_ENTRY"] = "redis_queue"
    main()
