"""What a server does with more than it can: latency, refusals and memory at multiples of capacity.

    python -m benchmarks.overload WORKSPACE [--times 0.5 1 2 5] [--seconds 60] [--out FILE]
    python -m benchmarks.overload NEW OLD --trees new=. old=TREE   one after the other

The workspace is a trained one, of the tree that serves it (see `trees`); what is written goes into
a copy. Capacity is what 8 connections that are kept busy get in a closed loop, the median of three
after one that warms. Then questions come at planned moments (open loop), and latency counts from
the planned moment, refusals included; beside them, once a second, health is asked for, somebody
opts out and is erased. The server has one core, the generator another. The generator's own
lateness is told: above 5 ms (p99) the row says nothing about the server.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from beholder.service.keys import KeyFile
from beholder.workspace import Workspace
from benchmarks.results import write
from benchmarks.serving import children, load, people, served
from benchmarks.trees import NOT_FIGURES, Tree

CONNECTIONS = 1_000
LATE = 5.0  # milliseconds


def resident(pid: int) -> int:
    """Return the MiB that the workers of a server hold."""
    pages = [int(Path(f"/proc/{child}/statm").read_text().split()[1]) for child in children(pid)]
    return sum(pages) * resource.getpagesize() // 2**20


class Beside:
    """What people may always ask for, asked for once a second while a server is flooded."""

    def __init__(self, port: int, token: str, somebody: str) -> None:
        self.somebody = somebody
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}",
            headers={"authorization": f"Bearer {token}"},
            timeout=60,
        )
        self.seconds: list[float] = []
        self.refused = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Beside:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()
        self.client.close()

    def _ask(self) -> None:
        while not self._stopping.wait(1.0):
            for method, path, body in (
                ("GET", "/health/live", None),
                ("PUT", f"/v1/users/{self.somebody}/profiling", {"profiling": False}),
                ("DELETE", "/v1/users/nobody-at-all", None),
            ):
                began = time.perf_counter()
                try:
                    self.refused += self.client.request(method, path, json=body).is_server_error
                except httpx.TimeoutException:
                    self.refused += 1
                self.seconds.append(time.perf_counter() - began)


def measure(workspace: Workspace, times: list[float], seconds: float) -> dict[str, Any]:
    """Return a row for each multiple of capacity."""
    users = people(workspace)
    paths = [f"/v1/recommendations?user={user}&k=20" for user in users]
    _, token = KeyFile(workspace.secrets).add("benchmark", ["operator"])
    cores = sorted(os.sched_getaffinity(0))
    own, its = cores[0], cores[-1]
    os.sched_setaffinity(0, {its})  # the server that it starts has the same
    with served(workspace.root) as (pid, port, _):
        os.sched_setaffinity(0, {own})
        busy = [load(port, paths=paths, connections=8, seconds=4, core=own) for _ in range(4)]
        capacity = statistics.median(one["per_second"] for one in busy[1:])
        rows, before = {}, resident(pid)
        for many in times:
            with Beside(port, token, users[0]) as beside:
                rate = many * capacity
                plan = {"connections": CONNECTIONS, "seconds": seconds, "rate": rate, "core": own}
                found = load(port, paths=paths, **plan)
            rows[f"{many:g}"] = found | {
                "void": found["generator_late_p99_ms"] > LATE,
                "beside_most_ms": round(max(beside.seconds, default=0) * 1000, 1),
                "beside_refused": beside.refused,
                "resident_mib": resident(pid),
            }
        time.sleep(2)
        return {
            "capacity": capacity,
            "resident_mib_before": before,
            "times": rows,
            "resident_mib_after": resident(pid),
        }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workspaces", type=Path, nargs="+")
    parser.add_argument("--trees", type=Tree.of, nargs="+")
    parser.add_argument("--times", type=float, nargs="+", default=[0.5, 1, 2, 5])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if args.trees:
            found: dict[str, Any] = {"seconds": args.seconds}
            for tree, workspace in zip(args.trees, args.workspaces, strict=True):
                file = Path(folder) / f"{tree.name}.json"
                words = (workspace, "--times", *args.times, "--seconds", args.seconds)
                if not tree.run("overload", *words, "--out", file):
                    raise SystemExit(f"{tree.name} failed: see above")
                rows = json.loads(file.read_text())
                kept = {name: rows[name] for name in rows if name not in NOT_FIGURES}
                found[tree.name] = {"commit": tree.commit} | kept
        else:
            copy = Path(folder) / "copy"
            shutil.copytree(args.workspaces[0], copy)
            found = measure(Workspace.open(copy), args.times, args.seconds)
    write("overload", found, args.out)


if __name__ == "__main__":
    main()
