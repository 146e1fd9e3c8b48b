"""Splits as plain files, from which libraries of other environments learn and are asked.

A folder has validation.npz and test.npz (what is learned from, and the questions), catalogue.npz
(pictures and attributes), facts.json, and answers.npz with the right answers of the test, which
nobody reads but this side. Nothing in them is pickled. Masks are those of the evaluation: all that
a person had an event with before the moment asked about, liked or not.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.blending.validation import Validation, validation
from beholder.dataset.build import build
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.evaluation.evaluate import COMPLETING, COMPLETION
from beholder.evaluation.protocols import basket_share, split
from beholder.spaces import Modality
from beholder.store.store import Store
from beholder.testing.sample_dataset import empty_dataset
from beholder.workspace import Workspace
from benchmarks.cell import catalogue_of, key
from benchmarks.masking import Events, Masked, masks

PICTURES = "efficientnet-lite0"  # the encoder that every installation has


class Source(NamedTuple):
    """A data set, its item table, and all events, by which is masked what was met before."""

    dataset: Dataset
    items: pa.Table
    events: Events


def source_of(workspace: Path, seed: int) -> Source:
    """Read a workspace, which stays as it is: what is opened is a copy."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "workspace"
        shutil.copytree(workspace, copy, ignore=shutil.ignore_patterns("media", "bundles"))
        opened = Workspace.open(copy)
        with Store.open(opened) as store:
            made = build(opened, store, seed)
            events = Events.read(store, made.items, opened.settings.behaviour)
        pictures = _in_memory(made.dataset.pictures)
    return Source(replace(made.dataset, pictures=pictures), made.items, events)


def _in_memory(pictures: dict[str, Modality]) -> dict[str, Modality]:
    """Read what is mapped from files that will be gone."""
    return {
        name: Modality(np.array(one.vectors), one.owner, one.present, one.given)
        for name, one in pictures.items()
    }


def export(source: Source, protocol: str, seed: int, folder: Path) -> dict[str, Any]:
    """Write one split and return its facts; `hash` changes with anything that peers read."""
    made = split(source.dataset, protocol, seed)
    asks = "next-basket" if protocol == "next-basket" else "leave-last-out"
    held = validation(made.train, seed, asks)
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "catalogue": catalogue(source.dataset),
        "validation": _validation(held, protocol),
        "test": _test(made, source.events),
        "answers": _answers(made),
    }
    digest = hashlib.blake2b(digest_size=8)
    for name, arrays in files.items():
        np.savez(folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]
        for label, array in sorted(arrays.items()):
            digest.update(label.encode() + str(array.shape).encode() + array.tobytes())
    facts = {
        "protocol": protocol,
        "seed": seed,
        "label": label_of(source.dataset, made),
        "catalogue": catalogue_of(source.items),
        "pool": int(made.pool.sum()),
        "n_items": source.dataset.n_items,
        "cases": [key(made.cases, case) for case in range(len(made.cases))],
        "hash": digest.hexdigest(),
    }
    (folder / "facts.json").write_text(json.dumps(facts) + "\n", encoding="utf-8")
    return facts


def label_of(dataset: Dataset, made: Split) -> str:
    """Return the protocol's name, and what it really asks, as `Evaluation.label` says it."""
    completes = made.name in COMPLETING and basket_share(dataset, made) > COMPLETION
    return f"{made.name} ({COMPLETING[made.name]})" if completes else made.name


def catalogue(dataset: Dataset) -> dict[str, NDArray[Any]]:
    """Return what is known of items besides behaviour."""
    n = dataset.n_items
    pictures = dataset.pictures.get(PICTURES)
    if pictures is None:
        pictures = Modality.of_rows(np.zeros((n, 1), np.float32), np.zeros(n, bool))
    vectors = np.zeros((n, pictures.vectors.shape[1]), np.float32)
    np.add.at(vectors, pictures.owner, np.asarray(pictures.vectors, np.float32))
    vectors /= np.maximum(pictures.counts, 1)[:, None]
    codes = np.array(list(dataset.codes.values()), np.int32).reshape(-1, n)
    return {"vectors": vectors, "pictured": pictures.present, "codes": codes.T}


def _validation(held: Validation, protocol: str) -> dict[str, NDArray[Any]]:
    """Return what settings are chosen on: peers have no weights to learn, so all warm cases."""
    if protocol == "cold-items":
        return _part(held.train, held.fresh, held.cold, told=True)
    both = held.tune.users, held.learn.users
    targets = np.concatenate([held.tune.targets, held.learn.targets])
    lengths = np.concatenate([np.diff(held.tune.indptr), np.diff(held.learn.indptr)])
    indptr = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    cases = Cases(held.tune.source, np.concatenate(both), indptr, targets)
    return _part(held.train, cases, np.ones(held.train.n_items, bool), told=True)


def _test(made: Split, events: Events) -> dict[str, NDArray[Any]]:
    """Return what is asked in the end, masked as `benchmarks.cell` masks it for us."""
    part = _part(made.train, made.cases, made.pool, told=False)
    masked = Masked(made.cases, masks(events, made.cases))
    seen = [masked.history(case).seen for case in range(len(masked))]
    part["asked_seen"] = np.concatenate(seen)
    part["asked_seen_indptr"] = np.cumsum([0, *map(len, seen)]).astype(np.int64)
    return part


def _part(
    train: Dataset, cases: Cases, pool: NDArray[np.bool_], told: bool
) -> dict[str, NDArray[Any]]:
    """Return what is learned from and what is asked; see `benchmarks.peers.part`."""
    pairs, known = train.interactions, cases.histories
    asked: dict[str, NDArray[Any]] = {
        "users": cases.users,
        "indptr": known.indptr,
        "items": known.items,
        "times": known.times,
        "ages": known.age,
        "weights": known.weights,
        "seen_indptr": known.seen_indptr,
        "seen": known.seen,
        "targets_indptr": cases.indptr if told else np.zeros(len(cases) + 1, np.int64),
        "targets": cases.targets if told else np.empty(0, np.int32),
    }
    return {
        "users": pairs.users,
        "items": pairs.items,
        "times": pairs.times,
        "n_users": np.array(pairs.n_users),
        "pool": pool,
        **{f"asked_{name}": array for name, array in asked.items()},
    }


def _answers(made: Split) -> dict[str, NDArray[Any]]:
    return {
        "users": made.cases.users,
        "indptr": made.cases.indptr,
        "targets": made.cases.targets,
        "pool": made.pool,
    }


def answers(folder: Path, name: str) -> Split:
    """Return the questions of a test with their answers, without anything to learn from."""
    with np.load(folder / "answers.npz", allow_pickle=False) as kept:
        users, indptr, targets, pool = (
            kept[field] for field in ("users", "indptr", "targets", "pool")
        )
    nothing = empty_dataset(len(pool))
    return Split(name, nothing, Cases(nothing.log, users, indptr, targets), pool)
