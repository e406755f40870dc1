"""How often the kernel has killed a process of this control group for want of memory."""

from __future__ import annotations

from typing import Iterator

_ROOT = "/sys/fs/cgroup"


def out_of_memory_kills() -> int:
    """0 where it cannot be known."""
    for path in _candidates():
        try:
            with open(path) as file:
                for line in file:
                    name, _, count = line.partition(" ")
                    if name == "oom_kill":
                        return int(count)
        except (OSError, ValueError):
            continue
    return 0


def _candidates() -> Iterator[str]:
    try:
        with open("/proc/self/cgroup") as file:
            lines = file.read().splitlines()
    except OSError:
        lines = []
    for line in lines:
        _, controllers, group = line.split(":", 2)
        group = group.rstrip("/")
        if not controllers:
            yield f"{_ROOT}{group}/memory.events"
        elif "memory" in controllers.split(","):
            yield f"{_ROOT}/memory{group}/memory.oom_control"
    # Inside a container its own group is often mounted as the root.
    yield f"{_ROOT}/memory.events"
    yield f"{_ROOT}/memory/memory.oom_control"
