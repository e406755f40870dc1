from __future__ import annotations

import os
from pathlib import Path

# Processes that tests start import the same sources.
os.environ["PYTHONPATH"] = str(Path(__file__).parent.parent / "src")
