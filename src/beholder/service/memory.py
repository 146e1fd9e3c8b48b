"""How much memory a process has."""

from __future__ import annotations

import os
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")  # bytes


def resident(pid: int | str = "self") -> float:
    """Return the bytes of a process that are in memory; 0 where the system does not say."""
    try:
        return float(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except (OSError, IndexError):
        return 0.0
