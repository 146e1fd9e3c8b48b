"""What encrypting events costs: accepting them, reading a history, and reading all for training.

    python -m benchmarks.sealed_events [--events 200000] [--out FILE]

Both forms get the same events, made up: people of 50 events each, on two stores that are thrown
away afterwards. The forms alternate in one run, and a ratio is the encrypted form's time to that
of the form in clear; `cpu_ratio` is that of the processor's time, in which other work on the
machine and waiting for the disk do not count. `accepted` are batches of 100 from 100 people, as a
busy server's writer makes them, and durable as there; `loaded` is what an import does with
arrays. The form in clear writes segments and reads them, the encrypted one has none.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

from beholder.behaviour.event import Event
from beholder.store import ItemRecord, Store, Who, segments
from beholder.store.loading import Loader
from beholder.workspace import Workspace
from benchmarks.results import write

ITEMS, EACH, BATCH = 5_000, 50, 100
ROUNDS, HISTORIES, READINGS = 60, 400, 3
BEGIN = 1_700_000_000_000
FORMS = ("clear", "encrypted")
NOTE = "other work ran on the machine meanwhile: the ratios are of one run, the times are not alone"
Stores = dict[str, Store]
Spent = dict[str, list[tuple[float, float]]]


def opened(folder: Path, stack: ExitStack) -> Stores:
    """Return a store of each form, with items."""
    stores = {}
    for form in FORMS:
        told = str(form == "encrypted").lower()
        workspace = Workspace.create(folder / form, f"[privacy]\nencrypt_events = {told}\n")
        store = stack.enter_context(Store.open(workspace, create=True))
        store.put_items([ItemRecord(f"i{n}", f"item {n}") for n in range(ITEMS)])
        stores[form] = store
    return stores


def load(store: Store, n: int) -> None:
    """Take in `n` events as arrays."""
    rng = np.random.default_rng(1)
    with Loader(store) as loader:
        rows = loader.people([Who("user", f"u{i}") for i in range(max(n // EACH, 1))])
        loader.add(
            rows[rng.integers(0, len(rows), n)],
            rng.integers(1, ITEMS + 1, n).astype(np.int32),
            np.full(n, 3, np.uint8),
            BEGIN + np.arange(n, dtype=np.int64),
            np.full(n, np.nan, np.float32),
        )


def accept(store: Store, turn: int) -> None:
    """Record one batch."""
    told = [
        Event(f"i{(turn + n) % ITEMS}", "view", user=f"v{n}", time=BEGIN + turn)
        for n in range(BATCH)
    ]
    store.record(told)


def histories(store: Store, turn: int) -> None:
    """Read some people as a request does."""
    for n in range(HISTORIES // READINGS):
        store.snapshot(f"u{turn * HISTORIES // READINGS + n}").columns()


def spent(stores: Stores, turns: int, do: Callable[[Store, int], Any]) -> Spent:
    """Return seconds of each turn, by the clock and of the processor, the forms by turns."""
    found: Spent = {form: [] for form in FORMS}
    for turn in range(turns):
        for form in FORMS if turn % 2 else FORMS[::-1]:
            start, busy = time.perf_counter(), time.process_time()
            do(stores[form], turn)
            found[form].append((time.perf_counter() - start, time.process_time() - busy))
    return found


def told(seconds: Spent, n: int, unit: str) -> dict[str, Any]:
    """Return medians as a rate or as microseconds, and the ratios of the times."""
    middle = {form: np.median(times, axis=0) for form, times in seconds.items()}
    figures: dict[str, Any] = {
        form: round(n / clock) if unit == "per_s" else round(clock / n * 1e6, 1)
        for form, (clock, _) in middle.items()
    }
    ratio, busy = middle["encrypted"] / middle["clear"]
    return {unit: figures, "ratio": round(float(ratio), 2), "cpu_ratio": round(float(busy), 2)}


def measure(stores: Stores, n: int) -> dict[str, Any]:
    """Measure both forms."""
    loaded = spent(stores, 1, lambda store, _: load(store, n))
    accepted = spent(stores, ROUNDS, accept)
    read = spent(stores, READINGS, histories)
    learned = spent(stores, READINGS, lambda store, _: store.training_events())
    rises = spent(stores, READINGS, lambda store, _: store.rises())
    size = {
        form: sum(f.stat().st_size for f in store.workspace.store.rglob("*") if f.is_file())
        for form, store in stores.items()
    }
    return {
        "loaded": told(loaded, n, "per_s"),
        "accepted": told(accepted, BATCH, "per_s"),
        "history": told(read, HISTORIES // READINGS, "us"),
        "training": told(learned, n + ROUNDS * BATCH, "per_s"),
        "trends": told(rises, 1, "us"),
        "mib": {form: round(bytes_ / 2**20, 1) for form, bytes_ in size.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        figures = measure(opened(Path(folder), stack), args.events)
    setting = {"events": args.events, "events_a_person": EACH, "sealed_above": segments.TAIL}
    write("sealed-events", setting | figures | {"note": NOTE}, args.out)


if __name__ == "__main__":
    main()
