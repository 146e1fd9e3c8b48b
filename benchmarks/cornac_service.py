"""S3 beside a peer: Beholder's service and Cornac's, asked in turns in the same run.

    python -m benchmarks.cornac_service WORKSPACE DATA --cornac PYTHON [--seconds 5] [--out FILE]

PYTHON is the interpreter of an environment with cornac, flask and gunicorn. Cornac serves a BPR
model of the same interactions (DATA/interactions.csv) with one gunicorn worker of eight threads,
seen items removed; it has no live effect, no reasons and no pictures in its answers.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from beholder.workspace import Workspace
from benchmarks.results import write
from benchmarks.serving import load, people, served

FIT = """
import csv, sys, cornac
rows = [(r['user_id'], r['item_id'], 1.0) for r in csv.DictReader(open(sys.argv[1]))]
data = cornac.data.Dataset.from_uir(rows, seed=7)
model = cornac.models.BPR(k=64, max_iter=50, seed=7, verbose=False).fit(data)
print(model.save(sys.argv[2], save_trainset=True), file=sys.stderr)
print('|'.join(list(data.uid_map)[:200]))
"""
CLASS = "cornac.models.BPR"


@contextmanager
def cornac(python: Path, data: Path) -> Iterator[tuple[int, list[str]]]:
    """Fit and serve Cornac; yield its port and some user ids."""
    with tempfile.TemporaryDirectory() as scratch, socket.socket() as probe:
        words = [str(python), "-c", FIT, str(data / "interactions.csv"), scratch]
        fitted = subprocess.run(words, check=True, capture_output=True, text=True)
        users = fitted.stdout.strip().splitlines()[-1].split("|")
        saved = next(Path(scratch).rglob("*.pkl"))
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {**os.environ, "MODEL_PATH": str(saved), "MODEL_CLASS": CLASS}
        server = [str(python), "-m", "gunicorn", "-w", "1", "--threads", "8", "--log-level"]
        server += ["error", "-b", f"127.0.0.1:{port}", "cornac.serving.app:app"]
        process = subprocess.Popen(server, env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(f"http://127.0.0.1:{port}/recommend?uid={users[0]}&k=1")
            yield port, users
        finally:
            process.terminate()
            process.wait()


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise SystemExit("Cornac's service did not start")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--cornac", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    ours, theirs = [], []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch) / "workspace"
        shutil.copytree(args.workspace, root)
        readers = people(Workspace.open(root))
        paths = [f"/v1/recommendations?user={user}&k=20" for user in readers]
        with cornac(args.cornac, args.data) as (port, users), served(root) as (_, own, _):
            asked = [f"/recommend?uid={user}&k=20&remove_seen=true" for user in users]
            for _ in range(3):
                plan = {"seconds": args.seconds, "connections": 8}
                ours.append(load(own, paths=paths, **plan))
                theirs.append(load(port, paths=asked, **plan))
    rates = [(a["per_second"], b["per_second"]) for a, b in zip(ours, theirs, strict=True)]
    figures = {
        "beholder": ours,
        "cornac": theirs,
        "times_cornac": sorted(a / b for a, b in rates)[1],
    }
    write("S3-beside-cornac", figures, args.out)


if __name__ == "__main__":
    main()
