"""Whether a ranker is worth having: learned from lists, measured on others, and refused in doubt.

It has to gain on lists that it did not learn from, by more than two standard errors; and what it
reads has to look where it serves as it did where it learned.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.blending.lists import Listed, firsts, gained, listed, lists_of
from beholder.blending.listwise import Lists, Recipe, learn
from beholder.blending.measure import alone
from beholder.blending.reading import directions_of, liked_of, reads_of
from beholder.blending.validation import Validation
from beholder.bundle.choice import Ranking
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases
from beholder.models.contract import FitOptions
from beholder.scorers.blend import Blend
from beholder.scorers.features import Reads, Sight, features_of, sight_of
from beholder.scorers.fold import Combined
from beholder.scorers.interface import Floats
from beholder.scorers.ranker import AMONG, Ranker, standard

FEWEST = 500  # lists in which something right stands
FOLDS = 3
ERRORS = 2.0  # standard errors that the gain has to be above
SERVED = 1_000  # present histories that are looked at
DRIFT = 0.5  # standard deviations
NAMED = 3  # of the features that drift
RECIPE = Recipe()


class Ranked(NamedTuple):
    """A ranker, or none, and why."""

    ranker: Ranker | None
    why: Ranking


def ranked(
    held: Validation, parts: Combined, dataset: Dataset, blend: Blend, options: FitOptions
) -> Ranked:
    """Learn a ranker, if it is worth having.

    Parameters
    ----------
    parts
        The blend as it was fitted on `held`.
    dataset, blend
        All data, and the blend as it was fitted on them.
    """
    if held.train.n_items <= AMONG:
        return no_ranker(f"there are {held.train.n_items} items, more than {AMONG} are needed")
    reads = reads_of(held.train)
    everything = np.ones(held.train.n_items, np.bool_)
    sight = _sight(held.train, reads, options.seed)
    found = listed(parts.scores, held.lists, everything, sight)
    n = len(found.read)
    if n < FEWEST:
        told = "the first 100 hold what was liked next"
        return no_ranker(f"of {n} people {told}, {FEWEST} are needed", n)
    mean, spread = _mean_and_spread(found)
    # From lists of new items alone it learns what to say of those, and no less of others.
    found = found.and_others(listed(parts.scores, held.fresh, held.cold, sight, found.scale))
    lists = lists_of(found, mean, spread)
    options.progress.start("learning an order", FOLDS + 1)
    gain, error = _cross_validated(found, n, lists, options)
    figures = f"{gain:+.4f} (NDCG@10; standard error {error:.4f}, {found.cases} people)"
    if gain <= ERRORS * error:
        options.progress.finish()
        return no_ranker(f"its gain is not certain, {figures}", n, gain, error)
    net = learn(lists, RECIPE, options.seed)
    options.progress.advance()
    options.progress.finish()
    now = _sight(dataset, reads, options.seed)
    drifting = _drifting(dataset, blend, now, found.scale, reads, mean, spread)
    if drifting:
        told = "what it reads is not the same for present histories as where it learned"
        return no_ranker(f"{told}: {drifting}", n, gain, error)
    directions = directions_of(dataset, reads, options.seed)
    ranker = Ranker(reads, net, directions, liked_of(dataset), mean, spread, found.scale)
    said = f"a ranker puts the first 100 of everybody in order: {figures} on others than it"
    return Ranked(ranker, Ranking(True, f"{said} learned from", n, gain, error))


def no_ranker(
    why: str, lists: int = 0, gain: float | None = None, error: float | None = None
) -> Ranked:
    """Say why there is none."""
    return Ranked(None, Ranking(False, f"there is no ranker: {why}", lists, gain, error))


def _sight(dataset: Dataset, reads: Reads, seed: int) -> Sight:
    return sight_of(
        reads,
        directions_of(dataset, reads, seed),
        dataset.content,
        dataset.codes,
        dataset.groups,
        liked_of(dataset),
    )


def _mean_and_spread(found: Listed) -> tuple[Floats, Floats]:
    """Return what is usual of each feature; one that is always the same says nothing."""
    read = found.read.reshape(-1, found.read.shape[2])
    spread = read.std(axis=0)
    spread[spread < 1e-6] = np.inf
    return read.mean(axis=0), spread


def _cross_validated(
    found: Listed, n: int, lists: Lists, options: FitOptions
) -> tuple[float, float]:
    """Return the mean gain over all that were asked, and its standard error.

    Parameters
    ----------
    n
        Of the lists so many are judged by; those after them are learned from alone.
    """
    fold = np.random.default_rng(options.seed).permutation(n) % FOLDS
    others = np.arange(n, len(found.read))
    gains = np.zeros(found.cases)  # of lists without anything right it is 0
    for turn in range(FOLDS):
        own = np.concatenate([np.flatnonzero(fold != turn), others])
        net = learn(lists, RECIPE, options.seed, own)
        for place in np.flatnonzero(fold == turn).tolist():
            order = np.argsort(-net(lists.z[place], lists.level[place]), kind="stable")
            gains[place] = gained(found.right[place], order, found.most[place])
        options.progress.advance()
    return float(gains.mean()), float(gains.std() / np.sqrt(len(gains)))


def _drifting(
    dataset: Dataset,
    blend: Blend,
    sight: Sight,
    scale: float,
    reads: Reads,
    mean: Floats,
    spread: Floats,
) -> str:
    """Return which features are others for present histories, in words; empty: none."""
    z = [
        standard(read.T, mean, spread).mean(axis=0)
        for read in _served(dataset, blend, sight, scale)
    ]
    away = np.abs(np.mean(z, axis=0))
    first = [place for place in np.argsort(-away, kind="stable") if away[place] > DRIFT]
    told = [f"{reads.names[place]} by {away[place]:.2f}" for place in first[:NAMED]]
    more = len(first) - len(told)
    return ", ".join(told) + f" and {more} more" * bool(more) + " standard deviations" * bool(told)


def _served(
    dataset: Dataset, blend: Blend, sight: Sight, scale: float
) -> list[NDArray[np.float32]]:
    """Return what is read of the first hundred of some present histories."""
    log = dataset.log
    people = np.flatnonzero(log.histories.lengths > 0)
    drawn = np.sort(np.random.default_rng(0).permutation(people)[:SERVED]).astype(np.int32)
    nothing = np.zeros(len(drawn) + 1, np.int64), np.empty(0, np.int32)
    cases = Cases(log, drawn, *nothing)
    everything = np.ones(dataset.n_items, np.bool_)
    return [
        features_of(sight, cases.history(case), places, scores, scale)
        for case, places, scores in firsts(alone(blend), cases, everything)
        if len(places) == AMONG
    ]
