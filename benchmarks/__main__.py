"""All figures one after the other, as `make bench` runs them.

    python -m benchmarks DATA [--budget 4m] [--seeds 7 8 9] [--figures quality encode engine ...]
                              [--keep DIR] [--cornac PYTHON]

DATA holds one folder a data set with items.csv, interactions.csv and images/. The serving figures
are taken on the last workspace that `quality` made. Each benchmark runs in a process of its own;
nothing else should run beside them.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.paired import SETS

FIGURES = (
    "quality", "small", "encode", "engine", "late", "index", "serving", "import", "install",
)  # fmt: skip


def run(module: str, *words: object) -> None:
    """Run one benchmark and stop where it fails."""
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)]
    print("\n$", " ".join(["python", *command[1:]]), flush=True)
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(f"benchmarks.{module} failed")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--budget", default="4m")
    parser.add_argument("--seeds", nargs="+", default=["7", "8", "9"])
    parser.add_argument("--figures", nargs="+", choices=FIGURES, default=list(FIGURES))
    parser.add_argument("--keep", type=Path, help="Folder for the workspaces; else temporary.")
    parser.add_argument("--cornac", type=Path, help="Python of an environment with Cornac.")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        keep = args.keep or Path(scratch)
        if "quality" in args.figures:
            words = ["--budget", args.budget, "--seeds", *args.seeds, "--keep", keep]
            run("quality", args.data, "--sets", *args.sets, *words)
        if "small" in args.figures:
            run("small_catalogues")
        if "encode" in args.figures:
            run("encode_speed")
        if "engine" in args.figures:
            run("engine_cpu")
        if "late" in args.figures:
            run("late_items")
        if "index" in args.figures:
            run("index_speed", args.data)
        if "serving" in args.figures:
            workspace = keep / args.sets[-1]
            if not workspace.exists():
                raise SystemExit("serving needs the workspace of `quality`: give --keep")
            run("serving", workspace)
            if args.cornac:
                data = args.data / args.sets[-1]
                run("cornac_service", workspace, data, "--cornac", args.cornac)
        if "import" in args.figures:
            run("import_speed", "--rows", 10_000_000)
        if "install" in args.figures:
            run("install")


if __name__ == "__main__":
    main()
