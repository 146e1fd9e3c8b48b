"""S12: what an item costs that is added while the server runs, until it can be recommended.

    python -m benchmarks.late_items [--items 8500 20000 100000] [--late 1 100 1000]
                                    [--trees new=. old=../old] [--repeats 1] [--out FILE]

A synthetic catalogue in a real store: words, and vectors of pictures that whitening brings to 128
dimensions; rows of 200 entries. Late items are put into the store and the engine refreshes, as a
server does at the next request; their pictures are encoded already. The figures are process time
and memory of that request, in one worker, medians of three; `one_more` is that of a single item
after those. Then answers are timed as in `benchmarks.engine_cpu`, for 50 likes and 10 dislikes,
beside those before. `OPENBLAS_NUM_THREADS=1`, as a server has it, or what a second thread waits
is counted, too.

Each late item looks and reads like one of the catalogue, and must be in the list of somebody who
likes that one, or the run fails: what cannot be recommended was not added.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.bundle.parts import Parts
from beholder.dataset.build import build
from beholder.dataset.raw_vectors import RawVectors
from beholder.encoders.registry import vector_cache
from beholder.engine.engine import Engine
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace
from benchmarks import synthetic
from benchmarks.engine_cpu import measure
from benchmarks.results import write
from benchmarks.trees import Tree, alternately

ENCODER = "colour"
RAW = 256  # dimensions before whitening, which keeps 128
VOCABULARY, WORDS = 5_000, 12  # terms of the catalogue, and of one title
MEMBERS = dict.fromkeys(("visual-knn", "words", "placement"), 1.0)  # what scores late items
LIKES, DISLIKES = 50, 10
SERVERS = 3  # engines that follow the same store; the figures are their medians
TOML = f'title = "Late"\n\n[encode]\nencoders = ["{ENCODER}"]\n'
Floats = NDArray[np.float32]


class Goods(NamedTuple):
    """Items as a shop has them: one title and one raw vector, float32 (RAW,), each."""

    ids: list[str]
    titles: list[str]
    looks: Floats

    @classmethod
    def made(cls, n_items: int) -> Goods:
        """Draw items at random, frequent words as frequent as in a language."""
        rng = np.random.default_rng(0)
        terms = (rng.random((n_items, WORDS)) ** 3 * VOCABULARY).astype(np.int64)
        titles = [" ".join(f"term{term}" for term in row) for row in terms.tolist()]
        looks = rng.standard_normal((n_items, RAW), np.float32)
        return cls([f"item-{i}" for i in range(n_items)], titles, looks)

    def twins(self, first: int, count: int) -> Goods:
        """Return late items that are much like the items from `first` on."""
        span = slice(first, first + count)
        noise = np.random.default_rng(first).standard_normal((count, RAW), np.float32)
        ids = [f"late-{i}" for i in range(first, first + count)]
        return Goods(ids, self.titles[span], self.looks[span] + np.float32(0.1) * noise)

    def put(self, workspace: Workspace, store: Store) -> None:
        """Bring them in: vectors first, so that whoever sees an item sees its picture."""
        digests = [item.encode().hex().rjust(64, "0") for item in self.ids]
        vector_cache(workspace, ENCODER).write(digests, self.looks)
        told = zip(self.ids, self.titles, digests, strict=True)
        store.put_items([ItemRecord(item, title, {"price": 12.5}, [d]) for item, title, d in told])
        store.set_picture_facts(dict.fromkeys(digests, (480, 640, "#aabbcc")))


class Cost(NamedTuple):
    """Process time of a refresh and of the first answer after it, which makes what was put off.

    Attributes
    ----------
    peak_mib, kept_mib
        The largest memory above that before, and what stays of it.
    """

    cpu_ms: float
    first_answer_ms: float
    peak_mib: float
    kept_mib: float


def resident(which: str) -> float:
    """Return `VmRSS`, or `VmHWM`, the largest since it was reset, in MiB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(which)) / 1024


def cost_of_refresh(engine: Engine, liked: str) -> Cost:
    """Let an engine see what has changed, answer who likes an item, and say what that cost."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")  # resets VmHWM
    before, start = resident("VmRSS"), time.process_time()
    engine.refresh()
    refreshed = time.process_time()
    engine.recommend(history=[liked])
    answered, peak = time.process_time(), resident("VmHWM")
    gc.collect()
    kept = resident("VmRSS") - before
    cost = ((refreshed - start) * 1e3, (answered - refreshed) * 1e3, peak - before, kept)
    return Cost(*(round(value, 1) for value in cost))


def check(engine: Engine, goods: Goods, late: Goods, first: int) -> None:
    """Fail unless the first and the last late item are recommended to who likes their twins."""
    for place in (0, len(late.ids) - 1):
        answer = engine.recommend(history=[goods.ids[first + place]], k=1000)
        if late.ids[place] not in {item.id for item in answer.items}:
            raise SystemExit(f"{late.ids[place]} is not recommended after the refresh")


def answers(engine: Engine, seqs: NDArray[np.int64]) -> dict[str, float]:
    """Return CPU milliseconds of answers to people who know none of the late items."""
    version = engine.now_showing.version
    return measure(engine, synthetic.people(len(seqs), LIKES, DISLIKES, version, seqs))


def add(workspace: Workspace, parts: Parts, goods: Goods, n_late: int) -> dict[str, Any]:
    """Add late items while servers run, and then one more."""
    seqs = parts.items["seq"].to_numpy()
    figures: dict[str, Any] = {}
    with Store.open(workspace) as store:
        vectors_of = RawVectors(workspace, [ENCODER])
        engines = [Engine(parts, store=store, vectors_of=vectors_of) for _ in range(SERVERS)]
        figures["answers_before"] = answers(engines[0], seqs)
        for name, first, count in (("added", 0, n_late), ("one_more", n_late, 1)):
            late = goods.twins(first, count)
            late.put(workspace, store)
            costs = [cost_of_refresh(engine, goods.ids[first]) for engine in engines]
            figures[name] = Cost(*np.median(costs, axis=0).tolist())._asdict()
            check(engines[0], goods, late, first)
        figures["answers_after"] = answers(engines[0], seqs)
    return figures


def of_catalogue(n_items: int, late: list[int], scratch: Path) -> dict[str, Any]:
    """Measure one size of catalogue, each number of late items on a copy of the same store."""
    workspace, goods = Workspace.create(scratch / "bundle", TOML), Goods.made(n_items)
    with Store.open(workspace, create=True) as store:
        goods.put(workspace, store)
        built = build(workspace, store, seed=0)
    weights = synthetic.weighted(scale=MEMBERS, warm={}, cold=MEMBERS)
    content = built.dataset.content
    parts = synthetic.parts(n_items, built.items, content, weights, built.version)
    figures = {}
    for count in late:
        copy = scratch / f"late-{count}"
        shutil.copytree(workspace.root, copy)
        figures[f"{count} late"] = add(Workspace.open(copy), parts, goods, count)
        shutil.rmtree(copy)
    return figures


def alone(n_items: int, late: list[int]) -> dict[str, Any]:
    """Measure one size in a process of its own: what another one left is no cost of this one."""
    own = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as scratch, ProcessPoolExecutor(1, own) as pool:
        return pool.submit(of_catalogue, n_items, late, Path(scratch)).result()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, nargs="+", default=[8_500, 20_000, 100_000])
    parser.add_argument("--late", type=int, nargs="+", default=[1, 100, 1_000])
    parser.add_argument("--trees", type=Tree.of, nargs="+")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.trees:
        words = ("--items", *args.items, "--late", *args.late)
        figures = alternately("late_items", args.trees, args.repeats, *words)
    else:
        figures = {"items": {str(n): alone(n, args.late) for n in args.items}}
    write("S12-late-items", figures, args.out)


if __name__ == "__main__":
    main()
