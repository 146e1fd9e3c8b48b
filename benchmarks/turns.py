"""S3 or S5 of several trees, each with a server of its own, asked in turns of a second.

    python -m benchmarks.turns NEW OLD --trees new=. old=TREE [--figure S5] [--turns 40]

What the machine does besides changes the CPU time of an answer by half from one minute to the
next. So all servers are up at once, one is asked for a second, then the next, and each turn's
figure is divided by the last tree's of the same turn. Told are medians and quartiles.

S3: microseconds of CPU that all threads of the server take for an answer, while 8 connections are
kept busy. People ask again and again and do nothing: what is read for them is kept. What an answer
takes after an event is in `benchmarks.engine_cpu`.

S5: the median of the milliseconds from a click, of somebody new each time, until the next answer
is there, on two processes, by another connection.

Each workspace is a trained one, of the tree that serves it (see `trees`); a copy is served.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from beholder.workspace import Workspace
from benchmarks.results import write
from benchmarks.serving import items, load, people, served, with_cpu
from benchmarks.trees import ROOT, Tree

CLICKERS = count()
PAUSE = 0.005  # seconds between an answer and the next click
STORED = 1.5  # seconds after which the last answers are stored, which is a part of their cost


def serve(root: Path, figure: str) -> None:
    """Serve a workspace to people who are new in it until standard input ends."""
    workspace = Workspace.open(root)
    if figure == "S3":
        of = {"paths": [f"/v1/recommendations?user={user}&k=20" for user in people(workspace)]}
    else:
        of = {"items": items(workspace)}
    with served(root, workers=PROCESSES[figure]) as (pid, port, _):
        print(json.dumps({"pid": pid, "port": port, **of}), flush=True)
        sys.stdin.read()


def begin(tree: Tree, root: Path, figure: str) -> subprocess.Popen[str]:
    """Serve a workspace with the program of a tree, in a process of its own."""
    environment = os.environ | {
        "PYTHONPATH": str(tree.path / "src"),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, "-m", "benchmarks.turns", str(root), "--serve", "--figure", figure]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(server: subprocess.Popen[str]) -> dict[str, Any]:
    """Return where a server is, as soon as it serves."""
    assert server.stdout is not None
    found: dict[str, Any] = json.loads(server.stdout.readline())
    return found


def ask(at: dict[str, Any], seconds: float) -> float:
    """Return the CPU microseconds of an answer while one server is kept busy."""

    def busy() -> dict[str, float]:
        found = load(at["port"], paths=at["paths"], connections=8, seconds=seconds)
        time.sleep(STORED)
        return found

    found = with_cpu(at["pid"], busy)
    if found["failed"]:
        raise SystemExit(f"{found['failed']:.0f} requests failed")
    return found["cpu_us"]


def click(at: dict[str, Any], seconds: float) -> float:
    """Return the median of the milliseconds from a click until the next answer is there."""
    url, waits = f"http://127.0.0.1:{at['port']}", []
    with httpx.Client(base_url=url, timeout=30) as sender, httpx.Client(base_url=url) as asker:
        until = time.perf_counter() + seconds
        while (began := time.perf_counter()) < until:
            n = next(CLICKERS)
            event = {"user": f"clicker-{n}", "item": at["items"][n % len(at["items"])]}
            sender.post("/v1/interactions", json=event | {"kind": "like"}).raise_for_status()
            answer = asker.get("/v1/recommendations", params={"user": event["user"]}).json()
            waits.append((time.perf_counter() - began) * 1000)
            if answer["level"] != "personal":
                raise SystemExit(f"a click had no effect: {answer['level']}")
            time.sleep(PAUSE)
    return float(np.median(waits))


ASK: dict[str, Callable[[dict[str, Any], float], float]] = {"S3": ask, "S5": click}
PROCESSES = {"S3": 1, "S5": 2}
UNIT = {"S3": "cpu_us", "S5": "ms"}


def measure(
    trees: list[Tree], workspaces: list[Path], figure: str, turns: int, seconds: float
) -> Any:
    """Return medians and quartiles of each tree, and of its ratio to the last one."""
    asked = ASK[figure]
    with tempfile.TemporaryDirectory(prefix="beholder-turns-") as folder:
        servers = []
        try:
            for tree, workspace in zip(trees, workspaces, strict=True):
                copy = Path(folder) / tree.name
                shutil.copytree(workspace, copy, ignore=shutil.ignore_patterns("originals"))
                servers.append(begin(tree, copy, figure))
            where = [told(server) for server in servers]
            for at in where:
                asked(at, seconds)  # it warms
            found = np.array([[asked(at, seconds) for at in where] for _ in range(turns)])
        finally:
            for server in servers:
                server.communicate()
    ratios = found / found[:, -1:]
    return {
        tree.name: {
            "commit": tree.commit,
            UNIT[figure]: _quartiles(found[:, n]),
            f"ratio to {trees[-1].name}": _quartiles(ratios[:, n]),
        }
        for n, tree in enumerate(trees)
    }


def _quartiles(values: Any) -> dict[str, float]:
    low, median, high = np.quantile(values, (0.25, 0.5, 0.75))
    return {"median": round(median, 3), "from": round(low, 3), "to": round(high, 3)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", type=Path, nargs="+")
    parser.add_argument("--trees", type=Tree.of, nargs="+")
    parser.add_argument("--figure", choices=ASK, default="S3")
    parser.add_argument("--turns", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--serve", action="store_true", help="for the process of one tree")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if not args.serve and len(args.trees or ()) != len(args.workspaces):
        parser.error("name as many --trees as workspaces")
    if args.serve:
        serve(args.workspaces[0], args.figure)
        return
    found = measure(args.trees, args.workspaces, args.figure, args.turns, args.seconds)
    write(
        f"{args.figure}-turns",
        {"turns": args.turns, "seconds": args.seconds, "trees": found},
        args.out,
    )


if __name__ == "__main__":
    main()
