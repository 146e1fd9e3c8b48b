"""One evaluation of one source tree, in a process of its own: a cell of `benchmarks.paired`.

    PYTHONPATH=TREE/src python -m benchmarks.cell WORKSPACE PROTOCOL SEED --out FILE [--budget 20m]

Whatever tree is on the path answers the protocol through its own `evaluate`, on a copy of the
workspace, since a newer tree may bring a store forward that an older one must read next. FILE
gets NDCG@10 and HR@20 of every contender in every case, and the first ten of its list, with the
user's number and the target positions beside them, so that the cells of two trees can be paired.

This is the one file that knows how a tree is driven: where `evaluate` changes its form, a branch
belongs here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import shutil
import tempfile
import time
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from beholder.dataset.build import build
from beholder.store.store import Store
from beholder.training.budget import seconds
from beholder.workspace import Workspace
from benchmarks.masking import Events, Masked, Positions, lacking, masks

MEASURES = ("ndcg@10", "hr@20")
# A module whose names are replaced below, in this process alone: Any, since trees differ.
evaluation: Any = import_module("beholder.evaluation.evaluate")


class Watched:
    """What the test asks and what it is answered, seen from outside of the tree.

    `split` and `lists` take the places of the functions of these names that the tree's
    `evaluate` calls: the first completes the masks where the tree lacks the rule, the second
    looks whether anything masked was recommended all the same.
    """

    def __init__(self, events: Events) -> None:
        self.events = events
        self.cases: Any = None
        self.wanted: list[Positions] = []
        self.added = 0
        self.lists_seen: list[list[list[int]]] = []  # of each contender, the first ten of each
        self.broken = 0
        self._split, self._lists = evaluation.split, evaluation.ask.lists

    def split(self, *given: Any, **named: Any) -> Any:
        made: Any = self._split(*given, **named)
        self.cases = made.cases
        self.wanted = masks(self.events, made.cases)
        self.added = lacking(made.cases, self.wanted)
        if self.added:
            made = replace(made, cases=Masked(made.cases, self.wanted))
        return made

    def lists(self, *given: Any, **named: Any) -> Any:
        found = self._lists(*given, **named)
        self.lists_seen.append(found[:, :10].tolist())
        for own, mask in zip(found, self.wanted, strict=True):
            self.broken += int(np.isin(own, mask).sum())
        return found

    @property
    def masking(self) -> dict[str, int]:
        """How many masks there were, and how many of them were added to the tree's."""
        return {"masks": sum(len(mask) for mask in self.wanted), "added": self.added}


def measure(workspace: Workspace, protocol: str, seed: int, budget: str) -> dict[str, Any]:
    """Evaluate once and return the cell."""
    with Store.open(workspace) as store:
        built = build(workspace, store, seed)
        events = Events.read(store, built.items, workspace.settings.behaviour)
    watched = Watched(events)
    evaluation.split = watched.split
    evaluation.ask.lists = watched.lists
    result = evaluation.evaluate(
        built.dataset, protocol, seed=seed, budget=seconds(budget), items=built.items
    )
    if watched.cases is None or len(watched.lists_seen) != len(result.rows):
        raise SystemExit("this tree's evaluation asks on another road: see benchmarks/cell.py")
    if watched.broken:
        raise SystemExit(f"{watched.broken} masked items were recommended: see masking.py")
    return {
        "protocol": protocol,
        "label": result.label,
        "seed": seed,
        "budget": budget,
        "catalogue": catalogue_of(built.items),
        "masking": watched.masking,
        "cases": [key(watched.cases, case) for case in range(len(watched.cases))],
        "rows": {
            row.model: {name: np.asarray(row.per_user[name]).round(6).tolist() for name in MEASURES}
            for row in result.rows
        },
        "lists": {row.model: own for row, own in zip(result.rows, watched.lists_seen, strict=True)},
        "metrics": {row.model: row.metrics for row in result.rows},
        "chosen": chosen(result),
        "notes": result.notes,
    }


def catalogue_of(items: Any) -> str:
    """Return hexadecimal that changes with the ids of items, and their order."""
    ids = json.dumps(items["item_id"].to_pylist()).encode()
    return hashlib.blake2b(ids, digest_size=8).hexdigest()


def chosen(result: Any) -> Any:
    """Return what the blend is made of: rows of a table in version 0.1, records after it."""
    return result.table if hasattr(result, "table") else msgspec.to_builtins(result.members)


def key(cases: Any, case: int) -> str:
    """Name a case by its user's number and target positions: `17:3,250`."""
    targets = sorted(cases.target(case).tolist())
    return f"{cases.users[case]}:{','.join(map(str, targets))}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("workspace", type=Path)
    parser.add_argument("protocol")
    parser.add_argument("seed", type=int)
    parser.add_argument("--budget", default="20m")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "workspace"
        shutil.copytree(args.workspace, copy, ignore=shutil.ignore_patterns("media", "bundles"))
        cell = measure(Workspace.open(copy), args.protocol, args.seed, args.budget)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cell["seconds"] = round(time.monotonic() - start, 1)
    cell["cpu_seconds"] = round(used.ru_utime + used.ru_stime, 1)
    cell["largest_mib"] = round(used.ru_maxrss / 1024)
    args.out.write_text(json.dumps(cell) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
