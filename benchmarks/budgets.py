"""Q4: whether `beholder train --budget` keeps its word, at every size, and what it leaves out.

    python -m benchmarks.budgets [--sizes 300:20s 8500:60s 50000:150s 200000:300s] [--out FILE]

Each size is a catalogue with words and a vector an item, and people whose tastes are of a few of
its topics; 25 events an item, at most 2,000,000. `beholder train` runs in a process of its own,
and the figures are its wall clock from start to end, what it says of itself, its CPU time and its
largest memory. `over` is wall clock less budget: reading the store and writing bundles are within
the budget, starting Python is not.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.encoders.registry import vector_cache
from beholder.store import ItemRecord, Store
from beholder.training.budget import seconds
from beholder.workspace import Workspace
from benchmarks.results import write

ENCODER, DIM = "colour", 64
TOPICS, WORDS, OWN_WORDS = 60, 5_000, 6
EVENTS_AN_ITEM, MOST_EVENTS = 25, 2_000_000
TOML = f'title = "Budgets"\n\n[encode]\nencoders = ["{ENCODER}"]\n'


def items_of(n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the topic of each item, int64 (n,)."""
    return rng.integers(0, TOPICS, n)


def put_items(workspace: Workspace, topics: NDArray[np.int64], rng: np.random.Generator) -> None:
    """Write a catalogue: half of the words and most of a vector are of the topic."""
    n = len(topics)
    centres = rng.standard_normal((TOPICS, DIM), np.float32)
    digests = [f"{i:064x}" for i in range(n)]
    looks = centres[topics] + np.float32(0.7) * rng.standard_normal((n, DIM), np.float32)
    vector_cache(workspace, ENCODER).write(digests, looks)
    told = (rng.random((n, OWN_WORDS)) ** 2 * 80).astype(np.int64) + 80 * topics[:, None]
    other = (rng.random((n, OWN_WORDS)) ** 3 * WORDS).astype(np.int64)
    with Store.open(workspace, create=True) as store:
        for start in range(0, n, 10_000):
            span = range(start, min(start + 10_000, n))
            store.put_items(
                [
                    ItemRecord(
                        f"item-{i}",
                        " ".join([f"t{w}" for w in told[i]] + [f"o{w}" for w in other[i]]),
                        {"price": float(10 + i % 90)},
                        [digests[i]],
                    )
                    for i in span
                ]
            )
        store.set_picture_facts(dict.fromkeys(digests, (480, 640, "#aabbcc")))


def write_events(path: Path, topics: NDArray[np.int64], rng: np.random.Generator) -> int:
    """Write what people did, a long tail within the three topics of each; return how much."""
    n = min(EVENTS_AN_ITEM * len(topics), MOST_EVENTS)
    people = max(n // 30, 60)
    tastes = rng.integers(0, TOPICS, (people, 3))
    who = rng.integers(0, people, n)
    topic = np.where(rng.random(n) < 0.85, tastes[who, rng.integers(0, 3, n)], -1)
    by_topic = [np.flatnonzero(topics == t) for t in range(TOPICS)]
    rank = rng.random(n) ** 2.5
    item = (rank * len(topics)).astype(np.int64)
    for t, own in enumerate(by_topic):
        chosen = np.flatnonzero(topic == t)
        if len(own):
            item[chosen] = own[(rank[chosen] * len(own)).astype(np.int64)]
    when = 1_700_000_000 + np.sort(rng.integers(0, 200 * 86_400, n))
    kinds = np.array(["view", "click", "like", "purchase"])[rng.integers(0, 4, n)]
    table = pa.table(
        {
            "user_id": [f"u{u}" for u in who.tolist()],
            "item_id": [f"item-{i}" for i in item.tolist()],
            "timestamp": when,
            "event_type": kinds.tolist(),
        }
    )
    pq.write_table(table, path)
    return n


def made(n_items: int, scratch: Path) -> tuple[Workspace, int]:
    """Return a workspace with so many items, and the number of events."""
    rng = np.random.default_rng(n_items)
    workspace = Workspace.create(scratch / "workspace", TOML)
    topics = items_of(n_items, rng)
    put_items(workspace, topics, rng)
    n_events = write_events(scratch / "events.parquet", topics, rng)
    with Store.open(workspace) as store:
        import_files(workspace, store, Request(interactions=scratch / "events.parquet"))
    return workspace, n_events


def trained(workspace: Workspace, budget: str) -> dict[str, Any]:
    """Train in a process of its own, and say what that took."""
    words = [sys.executable, "-m", "beholder.cli.main", "train", str(workspace.root)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    run = subprocess.run(
        [*words, "--budget", budget, "--json"], stdout=subprocess.PIPE, check=True, env=os.environ
    )
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    told = json.loads(run.stdout)
    return {
        "budget_s": seconds(budget),
        "wall_s": round(wall, 1),
        "over_s": round(wall - seconds(budget), 1),
        "first_bundle_s": round(told["first_after"], 1),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "largest_mib": round(after.ru_maxrss / 1024),
        "members": [m["member"] for m in told["members"] if m["warm"] > 0 or m["cold"] > 0],
        "notes": told["notes"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual = ["300:20s", "8500:60s", "50000:150s", "200000:300s"]
    parser.add_argument("--sizes", nargs="+", default=usual, metavar="ITEMS:BUDGET")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    figures: dict[str, Any] = {}
    for size in args.sizes:
        n_items, budget = size.split(":")
        with tempfile.TemporaryDirectory() as scratch:
            workspace, n_events = made(int(n_items), Path(scratch))
            figures[n_items] = {"events": n_events} | trained(workspace, budget)
            print(n_items, json.dumps(figures[n_items], indent=1), file=sys.stderr)
    write("Q4-budgets", {"sizes": figures}, args.out)


if __name__ == "__main__":
    main()
