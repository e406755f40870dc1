"""``python -m cog.server.gateway``: the HTTP API of a model in front of a Redis queue. It runs no model itself."""

from __future__ import annotations

import os

from cog.server.http import main

if __name__ == "__main__":
    # The server reads its arguments by the rules of this entry.
    os.environ["COG_ENTRY"] = "gateway"
    main()
