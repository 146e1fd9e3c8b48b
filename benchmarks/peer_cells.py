"""Peers, and their cells: what one answers on one split, in the form of `benchmarks.cell`."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.evaluation import ask
from benchmarks.cell import MEASURES
from benchmarks.pairing import Cell
from benchmarks.peer_environments import LIBRARIES, Environment
from benchmarks.peer_splits import answers
from benchmarks.peers import cornac, implicit, lightfm, recbole, rectools
from benchmarks.peers.tuning import DECAYS, Model
from benchmarks.trees import ROOT

MODELS = {
    "implicit": implicit.MODELS,
    "cornac": cornac.MODELS,
    "rectools": rectools.MODELS,
    "lightfm": lightfm.MODELS,
    "recbole": recbole.MODELS,
}
WEIGHTED = ", our history weights"  # the name of the second row of those that take them
LAST = 6  # lines of what a peer printed that are kept of a failure


class Peer(NamedTuple):
    """One model of one library."""

    library: str
    name: str

    @property
    def label(self) -> str:
        """As it stands in the table, and after --peers."""
        return f"{self.library}/{self.name}"

    @property
    def model(self) -> Model:
        """What is tried of it."""
        return MODELS[self.library][self.name]

    def can(self, protocol: str) -> bool:
        """Whether it can answer a protocol at all."""
        return protocol != "cold-items" or self.model.new_items


# The quick ones first: a run that ends early has them.
PEERS = [
    Peer("implicit", "cosine"),
    Peer("implicit", "TF-IDF"),
    Peer("implicit", "BM25"),
    Peer("implicit", "BPR"),
    Peer("implicit", "ALS"),
    Peer("lightfm", "WARP"),
    Peer("lightfm", "WARP, attributes"),
    Peer("cornac", "BPR"),
    Peer("rectools", "EASE"),
    Peer("cornac", "EASE"),
    Peer("recbole", "LightGCN"),
    Peer("rectools", "SASRec"),
    Peer("cornac", "VBPR"),
]


class Place(NamedTuple):
    """One split, and the folder in which everything is kept."""

    data: str
    protocol: str
    seed: int
    keep: Path

    def __str__(self) -> str:
        return f"{self.data}, {self.protocol}, seed {self.seed}"

    @property
    def name(self) -> str:
        return f"{self.data}--{self.protocol}--{self.seed}"

    @property
    def split(self) -> Path:
        """The folder of the split."""
        return self.keep / "splits" / self.name

    @property
    def facts(self) -> dict[str, Any]:
        """What is known of the split."""
        found: dict[str, Any] = json.loads((self.split / "facts.json").read_text(encoding="utf-8"))
        return found

    @property
    def ours(self) -> Cell | None:
        """Our own cell, if it was measured."""
        return _read(self.keep / "cells" / "ours" / f"{self.name}.json")

    def of_peer(self, peer: Peer) -> Path:
        """Return the folder of a peer on this split."""
        return self.keep / "peers" / f"{peer.library}--{peer.name}" / self.name


def state(peer: Peer, place: Place) -> str:
    """Return hexadecimal that changes with the split, the pinned version and what is tried."""
    told = [place.facts["hash"], LIBRARIES[peer.library], peer.name, peer.model.grid]
    told += [DECAYS if peer.model.weighted else None]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def cell_of(peer: Peer, place: Place) -> Cell | None:
    """Return the kept cell of a peer; None where there is none, or of another state."""
    cell = _read(place.of_peer(peer) / "cell.json")
    return cell if cell is not None and cell["state"] == state(peer, place) else None


def _read(file: Path) -> Cell | None:
    if not file.exists():
        return None
    cell: Cell = json.loads(file.read_text(encoding="utf-8"))
    return cell


def tuned(peer: Peer, place: Place) -> Path | None:
    """Return the facts of the same set and protocol under another seed, where it was tuned."""
    folder = place.of_peer(peer)
    for other in sorted(folder.parent.glob(f"{place.data}--{place.protocol}--*")):
        cell = cell_of(peer, place._replace(seed=int(other.name.rpartition("--")[2])))
        if cell is not None and cell["tried"]:
            return other / "facts.json"
    return None


def measure(peer: Peer, place: Place, made: Environment) -> str | None:
    """Make the cell of a peer; return why that failed, None if all went well."""
    folder, own = place.of_peer(peer), state(peer, place)
    folder.mkdir(parents=True, exist_ok=True)
    drafted = folder / "state"
    if not drafted.exists() or drafted.read_text(encoding="utf-8") != own:
        (folder / "tried.jsonl").unlink(missing_ok=True)  # measured on another split, or grid
        drafted.write_text(own, encoding="utf-8")
    words = [peer.name, str(place.split), str(folder), "--seed", str(place.seed)]
    if known := tuned(peer, place):
        words += ["--like", str(known)]
    error = run(peer.library, words, made.python, folder / "log.txt")
    if error is None:
        cell = scored(peer, place) | {"state": own, "version": made.version}
        draft = folder / "cell.part"
        draft.write_text(json.dumps(cell) + "\n", encoding="utf-8")
        draft.replace(folder / "cell.json")
    return error


def run(module: str, words: list[str], python: Path, log: Path) -> str | None:
    """Run a peer in its environment, alone on the path with this folder; return its last words."""
    alone = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    alone |= {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = ["nice", "-n", "15", str(python), "-W", "ignore", "-m", f"benchmarks.peers.{module}"]
    with tempfile.TemporaryDirectory() as scratch, log.open("w", encoding="utf-8") as out:
        # Some write folders of their own where they are started.
        done = subprocess.run(
            [*command, *words], cwd=scratch, env=alone, stdout=out, stderr=out, check=False
        )
    if not done.returncode:
        return None
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LAST:])


def scored(peer: Peer, place: Place) -> Cell:
    """Return what the lists of a peer are worth, by the metrics of the evaluation."""
    folder, facts = place.of_peer(peer), place.facts
    split = answers(place.split, place.protocol)
    with np.load(folder / "lists.npz", allow_pickle=False) as kept:
        found: dict[str, NDArray[np.int32]] = {_row(peer, name): kept[name] for name in kept.files}
    rows: dict[str, dict[str, list[float]]] = {}
    for name, lists in found.items():
        checked(lists, split.pool, place.split)
        values = ask.per_case(lists, split)
        rows[name] = {measure: values[measure].round(6).tolist() for measure in MEASURES}
    return {
        "data": place.data,
        **{name: facts[name] for name in ("protocol", "seed", "label", "catalogue", "cases")},
        "rows": rows,
        "lists": {name: lists[:, :10].tolist() for name, lists in found.items()},
        **json.loads((folder / "facts.json").read_text(encoding="utf-8")),
    }


def _row(peer: Peer, name: str) -> str:
    return peer.label + WEIGHTED * (name == "weighted")


def checked(lists: NDArray[np.int32], pool: NDArray[np.bool_], folder: Path) -> None:
    """Refuse lists that lack a case, repeat an item, leave the pool, or show what was masked."""
    with np.load(folder / "test.npz", allow_pickle=False) as kept:
        indptr, seen = kept["asked_seen_indptr"], kept["asked_seen"]
    if len(lists) != len(indptr) - 1:
        raise SystemExit(f"{len(lists)} lists for {len(indptr) - 1} cases")
    cases, ranks = np.nonzero(lists >= 0)
    items = lists[cases, ranks]
    keys = cases * len(pool) + items
    masked = np.repeat(np.arange(len(lists)), np.diff(indptr)) * len(pool) + seen
    for wrong, what in (
        (~pool[items], "are not in the pool"),
        (np.isin(keys, masked), "were to be masked"),
    ):
        if wrong.any():
            raise SystemExit(f"{int(wrong.sum())} recommended items {what}")
    if len(np.unique(keys)) < len(keys):
        raise SystemExit("a list repeats an item")
