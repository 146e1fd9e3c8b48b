"""What is lost without one part: without pictures, words or behaviour, or without one member.

A modality is taken away by learning once more without it, by the same decisions; a member by
weighing the others of the blend once more, each as it was learned and as thoroughly. So a
difference is of the part alone, and not of what the clock left room for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.blending.cold import PLACING
from beholder.blending.members import Member, members_of
from beholder.bundle.choice import MemberRecord
from beholder.dataset.dataset import Dataset
from beholder.dataset.raw_vectors import reads_words
from beholder.errors import UsageError
from beholder.evaluation.table import Row
from beholder.models.registry import MODELS
from beholder.spaces import Modality
from beholder.training.refit import Fitted

PICTURES, WORDS, BEHAVIOUR, MEMBERS = "pictures", "words", "behaviour", "members"
PARTS = (PICTURES, WORDS, BEHAVIOUR, MEMBERS)
SHUFFLED = "pictures of others"
CERTAIN = 0.05
WEIGHTLESS = "it had no weight, and what differs is how the others are weighed without it"
UNREAD = "no model that reads them is in the blend"
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
    tuned = tuned_of(fitted)
    for part in PARTS:
        if part in wanted:
            yield from _without_part(part, train, tuned, learn, seed)
    named = [member for name in wanted for member in _members(name, tuned)]
    for name in dict.fromkeys(named):
        yield Lesser(_member(name), train, fitted.without(name))


def tuned_of(fitted: Fitted) -> list[str]:
    """Return the members that a blend was made of."""
    return [one.member for one in fitted.members if one.member != PLACING]


def _members(name: str, tuned: list[str]) -> list[str]:
    """Return what is taken away by one name that is no part: a member, or all of one model."""
    if name == MEMBERS:
        return tuned
    there = name not in PARTS and any(name in (one, one.split(":")[0]) for one in tuned)
    return [name] if there else []


def _without_part(
    part: str, train: Dataset, tuned: list[str], learn: Learn, seed: int
) -> Iterator[Lesser]:
    if part == PICTURES and train.pictures:
        yield again(PICTURES, replace(train, pictures={}), tuned, learn)
        yield again(SHUFFLED, _shuffled(train, seed), tuned, learn)
    elif part == WORDS and any(train.texts):
        yield again(WORDS, replace(train, texts=[""] * train.n_items), tuned, learn)
    elif part == BEHAVIOUR:
        members = {one.name: one for one in members_of(train)[0]}
        by_content = [n for n in tuned if n in members and not members[n].by_behaviour]
        yield again(BEHAVIOUR, train, by_content, learn)


def again(name: str, train: Dataset, members: list[str], learn: Learn) -> Lesser:
    """Learn once more from other data, with those of some members that can learn from them."""
    possible: list[Member] = members_of(train)[0] if members else []
    able = [one.name for one in possible if one.name in members]
    return Lesser(name, train, learn(train, able) if able else None)


def _member(name: str) -> str:
    return f"the member {name}"  # one is called words, as the modality is


def _shuffled(train: Dataset, seed: int) -> Dataset:
    """Give each item that has pictures those of another one, to every encoder the same."""
    there = np.any([one.present for one in train.pictures.values()], axis=0)
    ring = np.random.default_rng(seed).permutation(np.flatnonzero(there))
    new = np.arange(train.n_items)
    new[ring] = np.roll(ring, 1)  # nobody keeps his own
    return replace(train, pictures={n: _dealt(one, new) for n, one in train.pictures.items()})


def _dealt(pictures: Modality, new: NDArray[np.int64]) -> Modality:
    """Return the same vectors, each of another item, int64 (n_items,) by the one that it was of."""
    owner = new[pictures.owner].astype(np.int32)
    order = np.argsort(owner, kind="stable")
    present = np.zeros_like(pictures.present)
    present[owner] = True
    vectors = pictures.vectors[order]
    return replace(pictures, vectors=vectors, owner=owner[order], present=present)


def separable(dataset: Dataset, wanted: Iterable[str]) -> tuple[Dataset, list[str]]:
    """Leave networks that look at pictures and words together out, where one is to be taken away.

    Their vectors would keep the other half. Returns what was left out, in words.
    """
    mixed = [name for name in dataset.pictures if reads_words(name)]
    if not mixed or not {PICTURES, WORDS} & set(wanted):
        return dataset, []
    apart = {name: own for name, own in dataset.pictures.items() if name not in mixed}
    said = (
        f"{', '.join(mixed)}: left out of everything here, since pictures and words are one in it"
    )
    return replace(dataset, pictures=apart), [said]


def said(rows: Iterable[Row], names: Iterable[str], members: Iterable[MemberRecord]) -> list[str]:
    """Return what came of it in words, a sentence for each part that was taken away.

    Parameters
    ----------
    members
        What the whole blend is made of: where none of them reads a part, that is said, since there
        may have been no time to learn from it.
    """
    by_name = {row.model: row for row in rows}
    weighed = [one for one in members if one.warm or one.cold]
    read = {source for one in weighed for source in _reads(one)}
    silent = {_member(one.member) for one in members if one not in weighed}
    found = []
    for name in names:
        sentence = _sentence(by_name[row_of(name)], name, _needed(name) <= read)
        found.append(f"{sentence}; {WEIGHTLESS}" if name in silent else sentence)
    return found


def _reads(member: MemberRecord) -> frozenset[str]:
    card = MODELS[member.model].card
    return card.learns | card.also


def _needed(name: str) -> set[str]:
    """Return what a member must read for a part to be in a blend; members are always in it."""
    modality = PICTURES if name == SHUFFLED else name
    return {modality} if modality in (PICTURES, WORDS) else set()


def missing(wanted: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Say what could not be taken away, since it is not there."""
    there = set(taken)
    gone = [one for one in wanted if one != MEMBERS and not {one, _member(one)} & there]
    return [f"without {name}: there is none in this blend, so nothing is lost" for name in gone]


def row_of(name: str) -> str:
    """Return the name of the row of what is learned without a part."""
    return f"auto, {name}" if name == SHUFFLED else f"auto without {name}"


def _given(name: str) -> str:
    return f"with {name}" if name == SHUFFLED else f"without {name}"


def _sentence(row: Row, name: str, read: bool) -> str:
    assert row.lost is not None, "it was compared with the whole"
    assert row.p is not None, "so there is a p"
    mean, low, high = row.lost
    if not (mean or low or high) and not read:
        return f"{_given(name)}: {UNREAD}, so nothing is lost"
    if not (mean or low or high):
        return f"{_given(name)}: nothing is lost, the lists are as good"
    verdict = "no certain difference"
    if row.p < CERTAIN:
        verdict = "worse for certain" if mean > 0 else "better for certain"
    figures = f"NDCG@10 {-mean:+.4f} (95 %: {-high:+.4f} to {-low:+.4f}; corrected p {row.p:.2g})"
    return f"{_given(name)}: {verdict}, {figures}"
