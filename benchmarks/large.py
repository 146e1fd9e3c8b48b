"""S2, Q4: whether `auto` ends in time and memory on large catalogues, and what it leaves out.

    python -m benchmarks.large [--items 20000 50000 200000] [--budget 30m] [--keep FOLDER]
                               [--out FILE]

Each catalogue is generated: topics, in them styles of about 50 items; a title, a category, a price
and a vector an item; 25 events an item; people with three styles that they like, who come on
several days. What is liked follows Zipf's law, in a style, in a topic and among all. It comes in
by `import_files`, from Parquet and `.npy`, and is trained by `beholder train --budget`, in a
process of its own. Of that are told: wall clock and CPU seconds, the largest memory (VmHWM, and
without files that are mapped), the seconds until a bundle is served, the members, and every note,
in which stands what was left out.

Then the bundle is opened: CPU time of an answer as in `benchmarks.engine_cpu`, and NDCG@10 of the
last event of people that was held back, beside that of popularity, without what they know.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.store import Store
from beholder.training.budget import seconds
from beholder.workspace import Workspace
from benchmarks.engine_cpu import measure
from benchmarks.results import write

TOPICS, STYLE = 60, 50  # how many; and items of one style, about
EVENTS_AN_ITEM, EVENTS_A_PERSON = 25, 30
VISITS, DAYS = 6, 200
IN_STYLE, IN_TOPIC = 0.6, 0.25  # of the events; the others are of anything
DIM = 64
ASKED, K = 2_000, 10  # people whose last event is held back, and for how many places they are asked
TIMED = 300  # people whose answers are timed
EVERY = 0.1  # seconds between two looks at memory
TOML = 'title = "Large"\n\n[encode]\nencoders = []\n'
Numbers = NDArray[np.int64]


class Kinds(NamedTuple):
    """To which style each item belongs, and to which topic each style, int64."""

    style: Numbers
    topic: Numbers

    @property
    def of_items(self) -> Numbers:
        """The topic of each item."""
        return self.topic[self.style]


def kinds_of(n: int, rng: np.random.Generator) -> Kinds:
    """Draw the kinds of `n` items."""
    styles = max(TOPICS, n // STYLE)
    return Kinds(rng.integers(0, styles, n), rng.permutation(np.arange(styles) % TOPICS))


def write_items(folder: Path, kinds: Kinds, rng: np.random.Generator) -> None:
    """Write `items.parquet`, `look.npy` and its `ids.txt`: what tells topic and style, and more."""
    n, topics = len(kinds.style), kinds.of_items
    drawn = rng.random((n, 6))
    words = np.stack(
        [
            80 * topics + (drawn[:, i] ** 2 * 80).astype(np.int64)  # half of what a topic says
            if i < 3
            else 10_000 + (drawn[:, i] ** 3 * 5_000).astype(np.int64)
            for i in range(6)
        ],
        axis=1,
    )
    ids = [f"item-{i}" for i in range(n)]
    each = zip(kinds.style.tolist(), words.tolist(), strict=True)
    table = {
        "item_id": ids,
        "title": [f"style{s} " + " ".join(f"w{w}" for w in own) for s, own in each],
        "category": [f"topic {t}" for t in topics.tolist()],
        "price": np.round(rng.lognormal(3.0, 0.7, n), 2),
    }
    pq.write_table(pa.table(table), folder / "items.parquet")
    centres = rng.standard_normal((TOPICS, DIM), np.float32)
    finer = rng.standard_normal((len(kinds.topic), DIM), np.float32)
    noise = rng.standard_normal((n, DIM), np.float32)
    looks = centres[topics] + finer[kinds.style] + noise
    np.save(folder / "look.npy", looks)
    (folder / "ids.txt").write_text("\n".join(ids) + "\n")


def zipf(groups: Numbers, asked: Numbers, rng: np.random.Generator) -> Numbers:
    """Draw an item of each group that is asked for, by Zipf's law, the earlier ones oftener."""
    order = np.argsort(groups, kind="stable")
    starts = np.searchsorted(groups[order], np.arange(int(groups.max()) + 2))
    sizes = np.diff(starts)[asked]
    place = ((sizes + 1.0) ** rng.random(len(asked))).astype(np.int64) - 1
    drawn: Numbers = order[starts[asked] + np.minimum(place, np.maximum(sizes - 1, 0))]
    return drawn


def events_of(kinds: Kinds, rng: np.random.Generator) -> dict[str, Numbers]:
    """Return who did something with what and when, in the order of time."""
    n_items = len(kinds.style)
    n = EVENTS_AN_ITEM * n_items
    people = max(n // EVENTS_A_PERSON, 60)
    there = np.flatnonzero(np.bincount(kinds.style, minlength=len(kinds.topic)))  # with items
    liked = there[rng.integers(0, len(there), (people, 3))]
    who, visit = rng.integers(0, people, n), rng.integers(0, VISITS, n)
    day = rng.integers(0, DAYS, (people, VISITS))[who, visit]
    style = liked[who, rng.integers(0, 3, (people, VISITS))[who, visit]]  # one of them a visit
    chance = rng.random(n)
    items = zipf(np.zeros(n_items, np.int64), np.zeros(n, np.int64), rng)
    near = chance < IN_STYLE + IN_TOPIC
    items[near] = zipf(kinds.of_items, kinds.topic[style[near]], rng)
    same = chance < IN_STYLE
    items[same] = zipf(kinds.style, style[same], rng)
    when = 1_700_000_000 + 86_400 * day + rng.integers(0, 3_600, n)
    order = np.argsort(when, kind="stable")
    return {"who": who[order], "item": items[order], "when": when[order]}


def hold_back(events: dict[str, Numbers], rng: np.random.Generator) -> tuple[Any, Any]:
    """Return which events are known, and of whom the last is not: of what they had not seen."""
    who, item = events["who"], events["item"]
    order = np.lexsort((events["when"], who))
    last = order[np.flatnonzero(np.diff(who[order], append=-1))]
    pair = who * (int(item.max()) + 1) + item
    told, counts = np.unique(pair, return_counts=True)
    new = counts[np.searchsorted(told, pair[last])] == 1
    enough = np.bincount(who)[who[last]] >= 5
    held = rng.permutation(last[new & enough])[:ASKED]
    known = np.ones(len(who), bool)
    known[held] = False
    return known, held


def write_events(folder: Path, events: dict[str, Numbers], known: NDArray[np.bool_]) -> None:
    """Write `events.parquet`."""
    told = {name: values[known].tolist() for name, values in events.items()}
    table = {
        "user_id": [f"u{u}" for u in told["who"]],
        "item_id": [f"item-{i}" for i in told["item"]],
        "timestamp": told["when"],
        "event_type": ["click"] * len(told["who"]),
    }
    pq.write_table(pa.table(table), folder / "events.parquet")


def made(n_items: int, folder: Path) -> tuple[Workspace, dict[str, Any], dict[str, int]]:
    """Return a workspace with so many items, what importing took, and what was held back."""
    rng = np.random.default_rng(n_items)
    kinds = kinds_of(n_items, rng)
    write_items(folder, kinds, rng)
    events = events_of(kinds, rng)
    known, held = hold_back(events, rng)
    write_events(folder, events, known)
    workspace = Workspace.create(folder / "workspace", TOML)
    began, cpu = time.monotonic(), time.process_time()
    request = Request(
        items=folder / "items.parquet",
        interactions=folder / "events.parquet",
        vectors=folder / "look.npy",
        ids=folder / "ids.txt",
        vectors_name="look",
    )
    with Store.open(workspace, create=True) as store:
        import_files(workspace, store, request)
    figures = {
        "events": int(known.sum()),
        "people": len(np.unique(events["who"])),
        "import_s": round(time.monotonic() - began, 1),
        "import_cpu_s": round(time.process_time() - cpu, 1),
    }
    later = {f"u{events['who'][i]}": int(events["item"][i]) for i in held}
    return workspace, figures, later


def memory(pid: int) -> dict[str, int]:
    """Return MiB of a process by `/proc`: the most so far, and now without mapped files."""
    status = Path(f"/proc/{pid}/status").read_text()
    told = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    names = {"VmHWM": "largest", "RssAnon": "own"}
    return {
        ours: int(told[name].split()[0]) // 1024 for name, ours in names.items() if name in told
    }


def trained(workspace: Workspace, budget: str) -> dict[str, Any]:
    """Train in a process of its own, and say what that took."""
    words = [sys.executable, "-m", "beholder.cli.main", "train", str(workspace.root)]
    began, first, most = time.monotonic(), None, {"largest": 0, "own": 0}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = workspace.root.parent / "train.json"
    with out.open("w") as to:
        run = subprocess.Popen([*words, "--budget", budget, "--json"], stdout=to)
        while run.poll() is None:
            found = memory(run.pid)
            most = {name: max(size, found.get(name, 0)) for name, size in most.items()}
            if first is None and (workspace.root / "current").exists():
                first = time.monotonic() - began
            time.sleep(EVERY)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    if run.returncode:
        raise SystemExit(f"training ended with {run.returncode}")
    told = json.loads(out.read_text())
    used = told["members"]
    return {
        "budget_s": seconds(budget),
        "wall_s": round(wall, 1),
        "cpu_s": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1),
        "first_bundle_s": None if first is None else round(first, 1),
        "largest_mib": most["largest"],
        "largest_own_mib": most["own"],
        "members": {m["member"]: [round(m["warm"], 3), round(m["cold"], 3)] for m in used},
        "refused": told["refused"],
        "notes": told["notes"],
    }


def quality(engine: Engine, later: dict[str, int]) -> dict[str, float]:
    """Return NDCG@10 of what people did next: by the bundle, and by popularity."""
    ids = engine.parts.items["item_id"].to_pylist()
    place = {item: i for i, item in enumerate(ids)}
    popular = np.argsort(-engine.parts.popularity, kind="stable").tolist()
    found: dict[str, list[float]] = {"auto": [], "popularity": []}
    for user, item in later.items():
        told = engine.recommend(user, k=K)
        known = set(engine.history_of(user, None)[0].history.items.tolist())
        others = [p for p in popular[: K + len(known)] if p not in known][:K]
        lists = {"auto": [place[one.id] for one in told.items], "popularity": others}
        right = place[f"item-{item}"]
        for name, own in lists.items():
            found[name].append(1 / np.log2(own.index(right) + 2) if right in own else 0.0)
    return {f"{name}_ndcg@10": round(float(np.mean(gains)), 4) for name, gains in found.items()}


def served(workspace: Workspace, later: dict[str, int]) -> dict[str, Any]:
    """Open the bundle, and say how quick and how good its answers are."""
    began, cpu = time.monotonic(), time.process_time()
    with open_engine(workspace.root) as engine:
        opened = {
            "open_s": round(time.monotonic() - began, 2),
            "open_cpu_s": round(time.process_time() - cpu, 2),
        }
        assert engine.store is not None
        seen = [one for _, one in engine.store.snapshots(1, 20 * TIMED) if len(one) >= 5][:TIMED]
        took = {name: round(ms, 3) for name, ms in measure(engine, seen).items()}
        return {"ranker": engine.parts.ranker is not None} | opened | took | quality(engine, later)


def table(sizes: dict[str, dict[str, Any]]) -> str:
    """Return the figures as a table, a size a column."""
    names = [name for name in next(iter(sizes.values())) if name not in ("members", "notes")]
    lines = [["items", *sizes]] + [
        [name, *(str(f[name]) for f in sizes.values())] for name in names
    ]
    wide = [max(len(line[i]) for line in lines) for i in range(len(sizes) + 1)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, wide, strict=True)).rstrip()
        for line in lines
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, nargs="+", default=[20_000, 50_000, 200_000])
    parser.add_argument("--budget", default="30m")
    parser.add_argument("--keep", type=Path, help="Folder for the workspaces, which stay there.")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    sizes: dict[str, dict[str, Any]] = {}
    for n_items in args.items:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (args.keep or Path(scratch)) / str(n_items)
            folder.mkdir(parents=True)
            workspace, figures, later = made(n_items, folder)
            figures |= trained(workspace, args.budget)
            sizes[str(n_items)] = figures | served(workspace, later)
            print(n_items, json.dumps(sizes[str(n_items)], indent=1), file=sys.stderr)
    print(table(sizes))
    write("large", {"sizes": sizes}, args.out, show=False)


if __name__ == "__main__":
    main()
