"""What is lost without one part: without pictures, words or behaviour, or without one member.

A modality is taken away by learning once more without it, by the same decisions; a member by
weighing the others once more, each as it was learned. So a difference is of the part alone, and
not of what the clock left room for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from beholder.blending.cold import PLACING
from beholder.blending.members import Member, members_of
from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.evaluation.table import Row
from beholder.models.registry import MODELS
from beholder.spaces import Modality
from beholder.training.refit import Fitted

PICTURES, WORDS, BEHAVIOUR, MEMBERS = "pictures", "words", "behaviour", "members"
PARTS = (PICTURES, WORDS, BEHAVIOUR, MEMBERS)
SHUFFLED = "pictures of others"
CERTAIN = 0.05
Learn = Callable[[Dataset, Iterable[str]], Fitted]


class Lesser(NamedTuple):
    """What is learned when something is taken away.

    Attributes
    ----------
    name
        What is missing, or what stands in its place.
    fitted
        None: nothing is left that could learn, but popularity.
    """

    name: str
    train: Dataset
    fitted: Fitted | None


def check(wanted: Iterable[str]) -> list[str]:
    """Return what is to be taken away, each once.

    Raises
    ------
    UsageError
        For what is neither a part, a member nor a model.
    """
    names = list(dict.fromkeys(wanted))
    for name in names:
        if name not in PARTS and name.split(":")[0] not in MODELS:
            raise UsageError(
                f"there is nothing {name!r} to take away",
                remedy=f"one of {', '.join(PARTS)}, or the name of a model",
                field="without",
            )
    return names


def lessers(
    train: Dataset, fitted: Fitted, learn: Learn, wanted: Iterable[str], seed: int
) -> Iterator[Lesser]:
    """Learn without each part that is named; see the words at the top.

    Pictures are also given to other items, drawn by seed: where that does as well as the right
    ones, something else than what they show has helped.

    Parameters
    ----------
    learn
        Learns from a dataset with some members by the decisions that made `fitted`.
    """
    tuned = [one.member for one in fitted.members if one.member != PLACING]
    for name in wanted:
        if name == PICTURES and train.pictures:
            yield _again(PICTURES, replace(train, pictures={}), tuned, learn)
            yield _again(SHUFFLED, _shuffled(train, seed), tuned, learn)
        elif name == WORDS and any(train.texts):
            yield _again(WORDS, replace(train, texts=[""] * train.n_items), tuned, learn)
        elif name == BEHAVIOUR:
            members = {one.name: one for one in members_of(train)[0]}
            by_content = [n for n in tuned if n in members and not members[n].by_behaviour]
            yield _again(BEHAVIOUR, train, by_content, learn)
        elif name == MEMBERS:
            for member in tuned:
                yield Lesser(_member(member), train, fitted.without(member))
        elif any(_is(member, name) for member in tuned):
            yield Lesser(_member(name), train, fitted.without(name))


def _again(name: str, train: Dataset, members: list[str], learn: Learn) -> Lesser:
    possible: list[Member] = members_of(train)[0] if members else []
    able = [one.name for one in possible if one.name in members]
    return Lesser(name, train, learn(train, able) if able else None)


def _member(name: str) -> str:
    return f"the member {name}"  # one is called words, as the modality is


def _is(member: str, name: str) -> bool:
    """Whether a member has a name, or is of the model of this name."""
    return name in (member, member.split(":")[0])


def _shuffled(train: Dataset, seed: int) -> Dataset:
    """Return the items that have pictures each with those of another one."""
    rng = np.random.default_rng(seed)
    return replace(train, pictures={n: _dealt(one, rng) for n, one in train.pictures.items()})


def _dealt(pictures: Modality, rng: np.random.Generator) -> Modality:
    """Deal the vectors of items out anew among the items that have any."""
    there = np.flatnonzero(pictures.present)
    new = np.empty(len(pictures.present), np.int32)
    new[there] = rng.permutation(there)
    owner = new[pictures.owner]
    order = np.argsort(owner, kind="stable")
    return replace(pictures, vectors=pictures.vectors[order], owner=owner[order])


def said(rows: Iterable[Row], names: Iterable[str]) -> list[str]:
    """Return what came of it in words, a sentence for each part that was taken away."""
    by_name = {row.model: row for row in rows}
    return [_sentence(by_name[row_of(name)], name) for name in names]


def missing(wanted: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Say what could not be taken away, since it is not there."""
    there = set(taken)
    gone = [one for one in wanted if one != MEMBERS and not {one, _member(one)} & there]
    return [f"without {name}: there is none in this blend, so nothing is lost" for name in gone]


def row_of(name: str) -> str:
    """Return the name of the row of what is learned without a part."""
    return f"auto, {name}" if name == SHUFFLED else f"auto without {name}"


def _sentence(row: Row, name: str) -> str:
    assert row.lost is not None, "it was compared with the whole"
    assert row.p is not None, "so there is a p"
    mean, low, high = row.lost
    given = f"with {name}" if name == SHUFFLED else f"without {name}"
    verdict = "no certain difference"
    if row.p < CERTAIN:
        verdict = "worse for certain" if mean > 0 else "better for certain"
    figures = f"NDCG@10 {-mean:+.4f} (95 %: {-high:+.4f} to {-low:+.4f}; p {row.p:.2g})"
    return f"{given}: {verdict}, {figures}"
