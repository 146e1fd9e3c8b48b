"""The service from outside: throughput, click to effect, start, memory, durable events.

    python -m benchmarks.serving WORKSPACE [--figures S3 S5 S9 S10] [--seconds 5] [--out FILE]

The workspace is a trained one; what is written goes into a copy. S3: personal answers with
k = 20 against a bare endpoint that returns a fixed answer of the same size, on the same server
and in turns; the CPU time of the worker a request is given beside, since it hardly depends on
what else the machine does. S5: on two processes, the first answer after an acknowledged click.
S9: the command's start, and memory. S10: one event a request from 64 clients.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from beholder.bundle import parts
from beholder.bundle.promote import current
from beholder.store import Store
from beholder.workspace import Workspace
from benchmarks.results import write

BEHOLDER = (sys.executable, "-m", "beholder.cli.main")
ROUNDS = 3
CLICKS = 1000
WARMING = 100  # clicks before these: pages are prepared in a server's first second
TICK = os.sysconf("SC_CLK_TCK")


def people(workspace: Workspace, n: int = 200) -> list[str]:
    """Record histories of 50 items for people of the benchmark, and return who they are.

    They are new ones each time: with those of another run a history would be twice as long.
    """
    from beholder.behaviour.event import Event

    names = items(workspace)
    rng = np.random.default_rng(0)
    run = f"{time.time_ns():x}"
    users = [f"reader-{run}-{i}" for i in range(n)]
    with Store.open(workspace) as store:
        for user in users:
            chosen = rng.choice(len(names), min(50, len(names) // 2), replace=False)
            now = int(time.time() * 1000)
            store.record(
                [
                    Event(names[j], "like", user, time=now - 60_000 * age)
                    for age, j in enumerate(chosen)
                ]
            )
    return users


def items(workspace: Workspace) -> list[str]:
    """Return the ids in the served bundle."""
    table = parts.load(workspace.bundles / current(workspace)).items
    found: list[str] = table["item_id"].to_pylist()
    return found


@contextmanager
def served(root: Path, workers: int = 1) -> Iterator[tuple[int, int, float]]:
    """Run `beholder serve`; yield its process, its port, and the seconds until it was ready."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [*BEHOLDER, "serve", str(root), "--port", "0", "--workers", str(workers)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"BEHOLDER_SERVE_LOCAL_ONLY_OPEN": "true"},
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        ready = time.perf_counter() - began
        yield process.pid, int(line.split()[0].rsplit(":", 1)[1]), ready
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


@contextmanager
def bare(size: int) -> Iterator[tuple[int, int]]:
    """Run the bare endpoint."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.bare", str(port), str(size)], stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield process.pid, port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def load(port: int, **plan: Any) -> dict[str, float]:
    """Run the generator in its own process."""
    words = json.dumps({"host": "127.0.0.1", "port": port, "seed": 0, **plan})
    command = [sys.executable, "-m", "benchmarks.load", words]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(ended.stdout)
    return found


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, by whichever of its threads."""
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += [int(word) for word in (thread / "children").read_text().split()]
        except FileNotFoundError:  # the thread ended since: its children are with another one
            continue
    return found


def cpu(pid: int) -> float:
    """Return the CPU seconds that the workers of a server have taken."""
    found = 0.0
    for child in children(pid):
        words = Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
        found += (int(words[11]) + int(words[12])) / TICK
    return found


def with_cpu(pid: int, run: Callable[[], dict[str, float]]) -> dict[str, float]:
    """Add CPU microseconds a request to a result."""
    before = cpu(pid)
    found = run()
    return {**found, "cpu_us": round((cpu(pid) - before) * 1e6 / max(found["requests"], 1), 1)}


def throughput(workspace: Workspace, seconds: float) -> dict[str, Any]:
    """S3."""
    users = people(workspace)
    paths = [f"/v1/recommendations?user={user}&k=20" for user in users]
    with served(workspace.root) as (ours, port, _):
        size = len(httpx.get(f"http://127.0.0.1:{port}{paths[0]}").content)
        with bare(size) as (other, other_port):
            rounds: dict[str, list[dict[str, float]]] = {"ours": [], "bare": []}
            for _ in range(ROUNDS):
                for name, pid, at in (("ours", ours, port), ("bare", other, other_port)):
                    plan = {"paths": paths, "connections": 8, "seconds": seconds}
                    rounds[name].append(with_cpu(pid, partial(load, at, **plan)))
            middle = {name: _median(found) for name, found in rounds.items()}
            half = {
                name: load(
                    at,
                    paths=paths,
                    connections=64,
                    seconds=seconds,
                    rate=middle[name]["per_second"] / 2,
                )
                for name, at in (("ours", port), ("bare", other_port))
            }
            same_rate = load(
                other_port,
                paths=paths,
                connections=64,
                seconds=seconds,
                rate=middle["ours"]["per_second"] / 2,
            )
    return {
        "answer_bytes": size,
        "closed_loop": middle,
        "ratio_of_throughput": round(
            middle["ours"]["per_second"] / middle["bare"]["per_second"], 3
        ),
        "ratio_of_cpu": round(middle["bare"]["cpu_us"] / middle["ours"]["cpu_us"], 3),
        "open_loop_at_half_load": half,
        "bare_at_our_rate": same_rate,
    }


def _median(found: list[dict[str, float]]) -> dict[str, float]:
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


def click_to_effect(workspace: Workspace) -> dict[str, Any]:
    """S5."""
    names = items(workspace)
    rng = np.random.default_rng(1)
    waits, effects = [], 0
    with served(workspace.root, workers=2) as (_, port, _ready):
        url = f"http://127.0.0.1:{port}"
        clients = [httpx.Client(base_url=url, timeout=30) for _ in range(8)]
        for n in range(-WARMING, CLICKS):
            user, item = f"clicker-{n + WARMING}", names[int(rng.integers(len(names)))]
            sender, asker = rng.choice(len(clients), 2, replace=False)
            began = time.perf_counter()
            event = {"user": user, "item": item, "kind": "like"}
            clients[sender].post("/v1/interactions", json=event).raise_for_status()
            answer = clients[asker].get("/v1/recommendations", params={"user": user}).json()
            spent = time.perf_counter() - began
            gone = item not in [each["id"] for each in answer["items"]]
            if n >= 0:
                waits.append(spent)
                effects += answer["level"] == "personal" and gone
            time.sleep(0.005)
        for client in clients:
            client.close()
    return {
        "clicks": CLICKS,
        "effects": effects,
        "processes": 2,
        "p50_ms": round(float(np.quantile(waits, 0.5)) * 1000, 2),
        "p99_ms": round(float(np.quantile(waits, 0.99)) * 1000, 2),
    }


def start(workspace: Workspace) -> dict[str, Any]:
    """S9."""
    helps, readies = [], []
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run([*BEHOLDER, "--help"], capture_output=True, check=True)
        helps.append(time.perf_counter() - began)
    for _ in range(ROUNDS):
        with served(workspace.root) as (pid, port, ready):
            readies.append(ready)
            url = f"http://127.0.0.1:{port}"
            for _ in range(100):
                httpx.get(f"{url}/v1/recommendations", params={"k": 20})
            before = _memory(pid)
            shown = httpx.get(f"{url}/v1/recommendations", params={"k": 100}).json()["items"]
            picture = next(each["picture"] for each in shown if each["picture"])
            form = {"picture": httpx.get(f"{url}{picture['src']}").content}
            httpx.post(f"{url}/v1/search", files=form, timeout=60).raise_for_status()
            after = _memory(pid)
    return {
        "help_s": round(statistics.median(helps), 3),
        "ready_s": round(statistics.median(readies), 3),
        "ready_runs_s": [round(each, 3) for each in readies],
        "memory_MiB": before,
        "memory_after_a_picture_MiB": after,
    }


def _memory(pid: int) -> dict[str, float]:
    """Return resident MiB by process, and the proportional sum, which counts shared pages once."""
    found: dict[str, float] = {}
    total = 0.0
    workers = children(pid)
    for name, ids in (
        ("parent", [pid]),
        ("worker", workers),
        ("picture_workers", [child for worker in workers for child in children(worker)]),
    ):
        resident = 0.0
        for each in ids:
            sizes = Path(f"/proc/{each}/smaps_rollup").read_text()
            resident += _field(sizes, "Rss:")
            total += _field(sizes, "Pss:")
        found[name] = round(resident, 1)
    return {**found, "all_proportional": round(total, 1)}


def _field(text: str, name: str) -> float:
    line = next(line for line in text.splitlines() if line.startswith(name))
    return int(line.split()[1]) / 1024


def durable_events(workspace: Workspace, seconds: float) -> dict[str, Any]:
    """S10."""
    names = items(workspace)
    rounds = []
    with served(workspace.root) as (pid, port, _):
        for _ in range(ROUNDS):
            plan = {"items": names, "connections": 64, "seconds": seconds}
            rounds.append(with_cpu(pid, partial(load, port, **plan)))
    return {"clients": 64, **_median(rounds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("--figures", nargs="+", default=["S3", "S5", "S9", "S10"])
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="beholder-serving-") as folder:
        root = Path(folder) / "workspace"
        shutil.copytree(args.workspace, root, ignore=shutil.ignore_patterns("originals"))
        workspace = Workspace.open(root)
        runs: dict[str, Callable[[], dict[str, Any]]] = {
            "S9": lambda: start(workspace),
            "S3": lambda: throughput(workspace, args.seconds),
            "S5": lambda: click_to_effect(workspace),
            "S10": lambda: durable_events(workspace, args.seconds),
        }
        figures = {name: run() for name, run in runs.items() if name in args.figures}
    write("serving", {"items": len(items(Workspace.open(args.workspace))), **figures}, args.out)


if __name__ == "__main__":
    main()
