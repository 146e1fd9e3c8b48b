"""Lists for test cases, from the engine that serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.bundle.parts import Parts
from beholder.dataset.splits import Split
from beholder.engine.allowed import allowed
from beholder.engine.answer import Level
from beholder.engine.engine import Engine
from beholder.engine.pipeline import Pipeline
from beholder.evaluation import beyond_accuracy as beyond
from beholder.evaluation.metrics import METRICS
from beholder.scorers.blend import Blend

DEPTH = 20
TOP = 10  # of a list, for what is said beside accuracy


def lists(
    parts: Parts,
    split: Split,
    depth: int = DEPTH,
    pipeline: Pipeline | None = None,
) -> NDArray[np.int32]:
    """Return the positions recommended in each case, int32 (cases, depth), -1 for padding.

    Parameters
    ----------
    pipeline
        What the lists pass through; None: the usual stages, without any settings.
    """
    engine = Engine(parts, pipeline=pipeline)
    view = engine.now_showing
    found = np.full((len(split.cases), depth), -1, np.int32)
    for case in range(len(split.cases)):
        history = split.cases.history(case)
        level: Level = "personal" if len(history) else "popular"
        ranked = engine.rank(view, history, level, depth, among=split.pool)
        found[case, : len(ranked.positions)] = ranked.positions
    return found


def choice(parts: Parts, split: Split) -> NDArray[np.int64]:
    """Return from how many items each list is drawn, int64 (cases,).

    Of the pool, shown, and not masked by the history.
    """
    view, histories = Engine(parts).now_showing, map(split.cases.history, range(len(split.cases)))
    return np.array([(allowed(view, own, ()) & split.pool).sum() for own in histories], np.int64)


def with_blend(parts: Parts, blend: Blend) -> Parts:
    """Return the same bundle with another blend: how baselines are asked.

    Strangers see the blend's own popularity, the most popular first.
    """
    return plain_first_look(replace(parts, blend=blend, popularity=blend.base, ranker=None))


def plain_first_look(parts: Parts) -> Parts:
    """Return the same bundle, its first look by popularity alone."""
    first_look = msgspec.structs.replace(parts.choice.first_look, among=0)
    return replace(parts, choice=msgspec.structs.replace(parts.choice, first_look=first_look))


def plain_items(
    n_items: int,
    ids: Sequence[str] | None = None,
    titles: Sequence[str] | None = None,
    attributes: Sequence[Mapping[str, Any]] | None = None,
) -> pa.Table:
    """Return an item table without pictures, for data that has no workspace.

    Parameters
    ----------
    ids
        None: the positions.
    """
    nothing = pa.nulls(n_items, pa.string())
    told = [msgspec.json.encode(own).decode() for own in attributes or ()]
    return pa.table(
        {
            "seq": pa.array(np.arange(n_items), pa.int64()),
            "item_id": [str(i) for i in range(n_items)] if ids is None else list(ids),
            "title": nothing if titles is None else pa.array(titles, pa.string()),
            "attributes": nothing if attributes is None else pa.array(told, pa.string()),
            "picture": nothing,
            "width": pa.nulls(n_items, pa.int32()),
            "height": pa.nulls(n_items, pa.int32()),
            "colour": nothing,
            "hidden": pa.array(np.zeros(n_items, bool)),
            "pictures": pa.nulls(n_items, pa.list_(pa.string())),
        }
    )


def hits_of(found: NDArray[np.int32], split: Split) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which places hold right answers, and how many right answers each case has."""
    hits = np.zeros(found.shape, bool)
    counts = np.diff(split.cases.indptr).astype(np.int64)
    for case in range(len(split.cases)):
        hits[case] = np.isin(found[case], split.cases.target(case))
    return hits, counts


def per_case(found: NDArray[np.int32], split: Split) -> dict[str, NDArray[np.float64]]:
    """Return every accuracy metric of each case, at 10 and at 20."""
    hits, counts = hits_of(found, split)
    values = {}
    for name, metric in METRICS.items():
        for depth in (10, 20):
            values[f"{name}@{depth}"] = metric(hits[:, :depth], counts)
    return values


def beside_accuracy(
    found: NDArray[np.int32], split: Split, popular: NDArray[np.int32] | None
) -> dict[str, NDArray[np.float64]]:
    """Return what each list is like beside its right answers, at 10; NaN: nothing can be said.

    Parameters
    ----------
    popular
        The lists of popularity for the same cases; None: nobody was asked for them.
    """
    top, train = found[:, :TOP], split.train
    counts, people = train.interactions.item_counts, _people(split)
    values = {
        "novelty": beyond.novelty(top, counts),
        "popularity": beyond.popularity(top, counts, people),
        "diversity": beyond.diversity(top, train.content),
    }
    if popular is not None:
        hits, _ = hits_of(top, split)
        values["serendipity"] = beyond.serendipity(hits, top, popular[:, :TOP])
    return {f"{name}@{TOP}": own for name, own in values.items()}


def of_lists(found: Sequence[NDArray[np.int32]], split: Split) -> dict[str, float]:
    """Return what is said of all lists together: coverage, Gini, popularity lift, at 10.

    Parameters
    ----------
    found
        Lists of each time that was asked.
    """
    tops = [own[:, :TOP] for own in found]
    together = np.concatenate(tops)
    counts, people = split.train.interactions.item_counts, _people(split)
    ours = [beyond.popularity(top, counts, people) for top in tops]
    theirs = [beyond.of_histories(one.cases.histories, counts, people) for one in split.asked]
    return {
        f"coverage@{TOP}": beyond.coverage(together, int(split.pool.sum())),
        f"gini@{TOP}": beyond.gini(together, split.pool),
        f"popularity_lift@{TOP}": beyond.popularity_lift(
            np.concatenate(ours), np.concatenate(theirs)
        ),
    }


def _people(split: Split) -> int:
    """Return how many people liked something in training."""
    return len(np.unique(split.train.interactions.users))
