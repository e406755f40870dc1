"""A pytest plugin that writes what the run counted as JSON to the file in COG_PYTEST_RESULTS."""

from __future__ import annotations

import json
import os
from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    stats = terminalreporter.stats
    failed = [*stats.get("failed", []), *stats.get("error", [])]
    counts = {
        "passed": len(stats.get("passed", [])) + len(stats.get("xfailed", [])),
        "failed": len(failed) + len(stats.get("xpassed", [])),
        "skipped": len(stats.get("skipped", [])),
        "failures": [report.nodeid for report in failed],
        "skips": [f"{report.nodeid}: {report.longrepr[2]}" for report in stats.get("skipped", [])],
    }
    with open(os.environ["COG_PYTEST_RESULTS"], "w", encoding="utf-8") as file:
        json.dump(counts, file)
