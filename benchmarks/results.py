"""Results of benchmarks: JSON with version, command and machine, and a line on the terminal."""

from __future__ import annotations

import json
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import beholder

FOLDER = Path(__file__).parent / "results"


def machine() -> dict[str, Any]:
    """Say what this was measured on."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0].split(":", 1)[1].strip() if names else model
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "load": [round(value, 2) for value in os.getloadavg()],
    }


def write(
    name: str, figures: dict[str, Any], out: Path | None = None, *, show: bool = True
) -> None:
    """Write figures to `results/<name>.json`, or to `out`, and print them if they are to show."""
    words = [Path(sys.argv[0]).name, *sys.argv[1:]]
    document = {
        "figure": name,
        "beholder": beholder.__version__,
        "command": " ".join(words),
        "date": time.strftime("%Y-%m-%d"),
        "machine": machine(),
        **figures,
    }
    target = out or FOLDER / f"{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if show:
        print(json.dumps(figures, indent=1))
    print(f"written: {target.name}", file=sys.stderr)
