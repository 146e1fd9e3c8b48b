"""S11: size and time of the default installation, in a fresh virtual environment.

python -m benchmarks.install [--out FILE]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.results import write

ROOT = Path(__file__).parents[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        venv = Path(scratch) / "venv"
        start = time.monotonic()
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(venv / "bin/python"), "-m", "pip", "--disable-pip-version-check", "-q"]
        subprocess.run([*pip, "install", str(ROOT)], check=True)
        seconds = time.monotonic() - start
        listed = subprocess.run([*pip, "freeze"], check=True, capture_output=True, text=True)
        packages = sorted(line.split(" @ ")[0] for line in listed.stdout.splitlines())
        size = sum(p.lstat().st_blocks * 512 for p in venv.rglob("*") if not p.is_symlink())
    figures = {
        "mb": round(size / 1e6),
        "seconds": round(seconds),
        "has_torch": any(name.startswith("torch") for name in packages),
        "packages": packages,
    }
    write("S11-install", figures, args.out)


if __name__ == "__main__":
    main()
