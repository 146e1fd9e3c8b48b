"""Q1, Q2, Q3 and S2: the whole road over real data, and how good what comes of it is.

    python -m benchmarks.quality DATA [--sets hm-fashion ...] [--seeds 7 8 9] [--budget 4m]
                                 [--protocols leave-last-out cold-items next-basket] [--keep DIR]

DATA holds one folder a data set with items.csv, interactions.csv and images/. Each is imported,
encoded and trained by `beholder` in processes of its own, whose time and largest memory go to
results/S2-<set>.json; --budget is for this training. Then `benchmarks.paired` asks the workspaces,
which lie in DIR, as its cells do in DIR/cells: what is there already is not made again, except
that training is always timed.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.paired import PROTOCOLS, SETS
from benchmarks.results import write

BEHOLDER = [sys.executable, "-m", "beholder.cli.main"]


def step(name: str, words: list[str]) -> dict[str, Any]:
    """Run one command and return its seconds, CPU seconds, and largest memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    process = subprocess.Popen([*BEHOLDER, *words], stdout=subprocess.PIPE, text=True)
    output, _ = process.communicate()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"`beholder {' '.join(words)}` ended with {process.returncode}")
    print(output)
    return {
        "step": name,
        "seconds": round(time.monotonic() - start, 1),
        "cpu_seconds": round(
            after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1
        ),
        "largest_mib": round(after.ru_maxrss / 1024),
    }


def prepared(data: Path, workspace: Path) -> list[dict[str, Any]]:
    """Walk the road up to encoded pictures, unless a workspace is there."""
    if (workspace / "beholder.toml").exists():
        return []
    files = ["--items", str(data / "items.csv"), "--media", str(data / "images")]
    files += ["--interactions", str(data / "interactions.csv")]
    return [
        step("init", ["init", str(workspace)]),
        step("import", ["import", str(workspace), *files]),
        step("encode", ["encode", str(workspace)]),
    ]


def road(data: Path, workspace: Path, budget: str) -> list[dict[str, Any]]:
    """Walk the road up to a served bundle."""
    words = ["train", str(workspace), "--budget", budget]
    return [*prepared(data, workspace), step("train", words)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--seeds", nargs="+", default=["7", "8", "9"])
    parser.add_argument("--budget", default="4m")
    parser.add_argument("--protocols", nargs="+", default=PROTOCOLS)
    parser.add_argument("--keep", type=Path, help="Folder for the workspaces; else temporary.")
    args = parser.parse_args()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as scratch:
        keep = args.keep or Path(scratch)
        for name in args.sets:
            steps = road(args.data / name, keep / name, args.budget)
            write(f"S2-{name}", {"data": name, "budget": args.budget, "steps": steps})
        words = ["--keep", str(keep / "cells"), "--sets", *args.sets]
        words += ["--protocols", *args.protocols, "--seeds", *args.seeds]
        command = [sys.executable, "-m", "benchmarks.paired", str(keep), *words]
        raise SystemExit(subprocess.run(command, check=False).returncode)


if __name__ == "__main__":
    main()
