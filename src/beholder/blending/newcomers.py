"""What strangers see, chosen by newcomers who were asked as if nothing was known of them.

The first likes of those who came last are what strangers to come will like. A newcomer counts in
no popularity that he is asked with: newcomers are drawn into five parts, and each part is asked
with what all others liked. Nothing else is drawn from this, and nothing but counts is fitted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beholder.blending import gain
from beholder.blending.cold import as_good
from beholder.blending.gate import better
from beholder.blending.measure import Values
from beholder.bundle.choice import FirstLook
from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.engine.variety import varied
from beholder.models.popularity import Popularity, PopularitySettings, aged, counts_of, scaled
from beholder.scorers.interface import Floats, Positions
from beholder.spaces import Similarity

HALF_LIVES = (1.0, 7.0, 30.0, 365.0, 3650.0)  # the last: hardly anything ages
AMONG = (0, 10, 20, 50, 100, 240)
USUAL = FirstLook()  # where hardly anybody came
FEWEST = 50  # newcomers below whom chance would choose
MOST = 1500  # newcomers asked
FIRST = 5  # likes of each that are asked for
DEPTH = 20  # places of a first page
PARTS = 5


@dataclass(frozen=True)
class Newcomers:
    """Who came last, and what each liked first.

    Attributes
    ----------
    users
        int64 (n,). Users of `pairs`.
    parts
        int64 (n,). In which of the `PARTS` each is asked.
    indptr, targets
        int64 (n + 1,), int32. The targets of each: `targets[indptr[i]:indptr[i + 1]]`.
    ties
        Seeded order among equal counts.
    """

    pairs: Interactions
    users: NDArray[np.int64]
    parts: NDArray[np.int64]
    indptr: NDArray[np.int64]
    targets: NDArray[np.int32]
    ties: NDArray[np.uint32]

    def __len__(self) -> int:
        return len(self.users)

    def popularity(self, half_life_days: float) -> list[Floats]:
        """Return for each part what all others liked, float32 (n_items,) each."""
        pairs, n = self.pairs, self.pairs.n_items
        part = np.full(pairs.n_users, PARTS)  # those who are not asked
        part[self.users] = self.parts
        key = part[pairs.users] * n + pairs.items
        each = np.bincount(
            key, aged(pairs, PopularitySettings(half_life_days)), minlength=(PARTS + 1) * n
        ).reshape(PARTS + 1, n)
        return [scaled(np.delete(each, own, axis=0).sum(axis=0)) for own in range(PARTS)]

    def ndcg(self, orders: list[Positions]) -> Values:
        """Return NDCG of each, who sees the order of the own part, float64 (n,).

        Parameters
        ----------
        orders
            int32 (n_items,) for each part.
        """
        gains = np.zeros((PARTS, self.pairs.n_items))
        for own, order in zip(gains, orders, strict=True):
            own[order[:DEPTH]] = gain.by_rank(DEPTH)[: len(order)]
        counts = np.diff(self.indptr)
        owner = np.repeat(np.arange(len(self)), counts)
        found = np.bincount(owner, gains[self.parts[owner], self.targets], minlength=len(self))
        return found / gain.most(counts, DEPTH)


def newcomers(dataset: Dataset, seed: int) -> Newcomers:
    """Return the newest people, at most 1,500, each with the first five likes."""
    pairs = dataset.interactions
    counts = np.diff(pairs.indptr)
    users = np.flatnonzero(counts)
    came = pairs.times[pairs.indptr[users]]
    users = np.sort(users[np.lexsort((users, -came))][:MOST])
    counts = np.minimum(counts[users], FIRST)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    places = np.arange(indptr[-1]) + np.repeat(pairs.indptr[users] - indptr[:-1], counts)
    parts = np.random.default_rng(seed).permutation(len(users)) % PARTS
    ties = Popularity.fit(dataset, PopularitySettings()).ties
    return Newcomers(pairs, users, parts, indptr, pairs.items[places], ties)


def choose_first_look(
    dataset: Dataset, content: Similarity, usual: PopularitySettings, seed: int
) -> tuple[FirstLook, list[str]]:
    """Return how the popularity of strangers ages and how far it is varied, and why.

    The half-life is the blend's own unless another is certainly better. Of the ways to vary that
    are as good as the best, the one that varies most is taken.

    Parameters
    ----------
    content
        How alike items are, as it is served.
    usual
        The popularity of the blend.
    """
    asked = newcomers(dataset, seed)
    if len(asked) < FEWEST:
        among = min(USUAL.among, dataset.n_items)
        few = f"{len(asked)} of {FEWEST} newcomers that are needed"
        return USUAL, [f"strangers see {_mixed(among)}, unmeasured: {few}"]
    chosen, aged = _half_life(asked, usual.half_life_days)
    days = usual.half_life_days if chosen is None else chosen
    among, said = _among(asked, content, days)
    return FirstLook(chosen, among), [aged, said]


def popularity_of_strangers(
    dataset: Dataset, first_look: FirstLook, usual: PopularitySettings
) -> Floats:
    """Return popularity as strangers see it, float32 (n_items,), 0 to 1."""
    days = first_look.half_life_days
    return counts_of(dataset, usual if days is None else PopularitySettings(days))


def best_half_life(dataset: Dataset, usual: PopularitySettings, seed: int) -> PopularitySettings:
    """Return the popularity that newcomers liked best, unvaried: what a baseline shows them."""
    asked = newcomers(dataset, seed)
    if len(asked) < FEWEST:
        return usual
    found = _by_half_life(asked, usual.half_life_days)
    return PopularitySettings(max(found, key=lambda days: found[days].mean()))


def _half_life(asked: Newcomers, usual: float) -> tuple[float | None, str]:
    """Return the half-life that is certainly better than the usual one, None without one."""
    found = _by_half_life(asked, usual)
    best = max(found, key=lambda days: found[days].mean())
    chosen = best if better(found[best], found[usual]) else None
    reached = ", ".join(f"{days:g}: {found[days].mean():.4f}" for days in sorted(found))
    kept = f"{usual:g} days, as for others" if chosen is None else f"{chosen:g} days"
    said = f"for strangers, of whom nothing is known, an event counts half after {kept}"
    return chosen, f"{said} (NDCG@{DEPTH} by days: {reached})"


def _by_half_life(asked: Newcomers, usual: float) -> dict[float, Values]:
    """Return how the most popular suit newcomers, by half-life in days, the usual one first."""
    return {
        days: asked.ndcg([_popular(own, asked.ties) for own in asked.popularity(days)])
        for days in dict.fromkeys((usual, *HALF_LIVES))
    }


def _among(asked: Newcomers, content: Similarity, days: float) -> tuple[int, str]:
    """Return the widest re-ordering that is as good as the best."""
    counts, shown = asked.popularity(days), np.ones(asked.pairs.n_items, bool)
    found = np.array(
        [
            asked.ndcg([varied(own, shown, content, asked.ties, among) for own in counts])
            for among in AMONG
        ]
    )
    chosen = int(np.array(AMONG)[as_good(found)].max())
    reached = ", ".join(f"{n}: {own.mean():.4f}" for n, own in zip(AMONG, found, strict=True))
    seen = min(chosen, asked.pairs.n_items)
    what = _mixed(seen) if chosen else "the most popular as they are"
    by = f"NDCG@{DEPTH} of {len(asked)} newcomers, by how many are reordered"
    return chosen, f"strangers see {what} ({by}: {reached})"


def _mixed(among: int) -> str:
    return f"the {among} most popular, reordered so that neighbours differ"


def _popular(counts: Floats, ties: NDArray[np.uint32]) -> Positions:
    """Return all items, the most popular first."""
    order: Positions = np.lexsort((ties, -counts)).astype(np.int32)
    return order
