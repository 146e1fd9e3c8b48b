"""The data card: what a catalogue and its behaviour look like before anything is learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES, KINDS
from beholder.behaviour.ratings import Ratings
from beholder.behaviour.scales import scale_of
from beholder.catalogue.made_twice import made_twice
from beholder.catalogue.rating_threshold import doubts, misfit
from beholder.percent import percent
from beholder.store import Store, TrainingEvents

HOUR, DAY = 3_600_000, 86_400_000
COMPLETION_FROM = 5  # events a person needs for their last one to be a target
COMPLETION_MUCH = 0.3
LEAK_PAIRS, LEAK_SHARE = 20, 0.9
QUANTILES = (0.1, 0.5, 0.9, 1.0)


class OrderLeak(msgspec.Struct, frozen=True):
    """Whether the order inside of baskets tells the item id, which no model may profit from.

    Attributes
    ----------
    pairs
        Neighbours in the stored order with one person and one moment, and two items.
    rising
        How many of them rise in item id.
    """

    pairs: int
    rising: int

    @property
    def found(self) -> bool:
        """Whether nearly all pairs rise, or nearly all fall."""
        share = self.rising / self.pairs if self.pairs else 0.5
        return self.pairs >= LEAK_PAIRS and max(share, 1 - share) >= LEAK_SHARE


class Card(msgspec.Struct, frozen=True):
    """Counts, shares from 0 to 1, and quantiles (tenth, half, nine tenths, largest).

    Attributes
    ----------
    pictures, pictures_not_encoded
        Different ones, and those that were not looked at yet, or could not be read.
    rating_scale
        Of the ratings, as `1 to 5`; empty without any, or where they are on none.
    """

    users: int
    items: int
    events: int
    pairs: int
    kinds: dict[str, int]
    density: float
    history: list[float]
    events_of_item: list[float]
    items_without_events: int
    top_tenth_share: float
    gini: float
    days: float
    last_week_share: float
    items_without_picture: int
    items_with_several_pictures: int
    pictures: int
    pictures_not_encoded: int
    items_sharing_a_picture: int
    targets: int
    basket_completion: float
    order: OrderLeak
    warnings: list[str]
    rating_scale: str = ""
    timed: bool = True  # whether some event has a moment


def card(store: Store) -> Card:
    """Read the whole store and describe it."""
    table = store.items()
    seqs = table["seq"].to_numpy()
    events = store.training_events("measure")
    there = np.isin(events.seqs, seqs)
    counts = np.bincount(np.searchsorted(seqs, events.seqs[there]), minlength=len(seqs))
    pairs = _pairs(events)
    histories = np.bincount(events.users, minlength=events.n_users)
    targets, completed = _completion(events)
    span = int(events.times.max() - events.times.min()) if len(events) else 0
    recent = events.times > events.times.max() - 7 * DAY if len(events) else np.zeros(0, bool)
    order = _order(events, seqs, table["item_id"].to_pylist())
    covers = table["picture"].to_pylist()
    shown = table["media"].combine_chunks()
    known = dict(
        zip(*(shown.flatten().field(n).to_pylist() for n in ("hash", "kind")), strict=True)
    )
    made = Card(
        users=events.n_users,
        items=len(seqs),
        events=len(events),
        pairs=pairs,
        kinds=_kinds(events.kinds),
        density=pairs / (events.n_users * len(seqs)) if events.n_users and len(seqs) else 0.0,
        history=_quantiles(histories),
        events_of_item=_quantiles(counts),
        items_without_events=int((counts == 0).sum()),
        top_tenth_share=_top_share(counts),
        gini=gini(counts),
        days=span / DAY,
        last_week_share=float(recent.mean()) if len(events) else 0.0,
        items_without_picture=sum(cover is None for cover in covers),
        items_with_several_pictures=int((np.diff(shown.offsets.to_numpy()) > 1).sum()),
        pictures=len(known),
        pictures_not_encoded=sum(kind is None for kind in known.values()),
        items_sharing_a_picture=_sharing(covers),
        targets=targets,
        basket_completion=completed / targets if targets else 0.0,
        order=order,
        warnings=[],
        timed=not len(events) or bool(events.times.max() > 0),
    )
    ratings = Ratings.of(events.values[events.kinds == CODES["rating"]])
    scale = scale_of(ratings)
    threshold = store.workspace.settings.behaviour.rating_threshold
    warnings = _warnings(made)
    if scale is not None and not scale.fits(threshold):
        warnings.append(misfit(scale, threshold))
    warnings += doubts(ratings, scale, threshold)
    warnings += made_twice(store)
    if store.unfinished:
        warnings.append(
            f"erasures that were begun and are not done: {store.unfinished}; a running server "
            "finishes them within some hours, `beholder user erase` of the same person at once"
        )
    return msgspec.structs.replace(made, warnings=warnings, rating_scale=str(scale or ""))


def rows_of(made: Card) -> list[tuple[str, str]]:
    """Return the card as people read it: what is counted, and how much of it there is."""
    return [
        ("people", f"{made.users}"),
        ("items", f"{made.items}"),
        ("events", f"{made.events}"),
        *((f"  {kind}", f"{n}") for kind, n in made.kinds.items()),
        ("pairs of person and item", f"{made.pairs}"),
        *([("ratings are on a scale of", made.rating_scale)] if made.rating_scale else []),
        (
            "density",
            f"{100 * made.density:.2g}%",
        ),
        *(_by_moment(made) if made.timed else [("events with a moment", "none")]),
        ("events a person (10 %, half, 90 %, most)", _four(made.history)),
        ("events an item (10 %, half, 90 %, most)", _four(made.events_of_item)),
        ("items without events", f"{made.items_without_events}"),
        ("events on the top tenth of items", percent(made.top_tenth_share)),
        ("Gini of items", f"{made.gini:.2f}"),
        ("items without picture", f"{made.items_without_picture}"),
        ("items with several pictures", f"{made.items_with_several_pictures}"),
        ("pictures", f"{made.pictures}"),
        ("pictures not encoded, or unreadable", f"{made.pictures_not_encoded}"),
        ("items that share a picture", f"{made.items_sharing_a_picture}"),
        *(
            [("last events within an hour of another", percent(made.basket_completion))]
            if made.timed
            else []
        ),
        ("pairs inside of baskets that rise in id", f"{made.order.rising} of {made.order.pairs}"),
    ]


def _by_moment(made: Card) -> list[tuple[str, str]]:
    return [
        ("days from first to last", f"{made.days:.1f}"),
        ("events in the last week", percent(made.last_week_share)),
    ]


def _four(values: list[float]) -> str:
    return ", ".join(f"{value:.0f}" for value in values)


def gini(counts: NDArray[np.int64]) -> float:
    """Return how unequal counts are: 0 all the same, 1 everything in one place."""
    total = counts.sum()
    if not total:
        return 0.0
    rising = np.sort(counts)
    ranks = np.arange(1, len(rising) + 1)
    return float(
        (2 * (ranks * rising).sum() / (len(rising) * total)) - (len(rising) + 1) / len(rising)
    )


def id_ranks(ids: Sequence[str]) -> NDArray[np.int64]:
    """Return the place of each id in the order that a person would sort them in."""
    numeric = all(text.isascii() and text.isdigit() for text in ids)
    key = (lambda i: (int(ids[i]), ids[i])) if numeric else (lambda i: ids[i])
    ranks = np.empty(len(ids), np.int64)
    ranks[sorted(range(len(ids)), key=key)] = np.arange(len(ids))
    return ranks


def _order(events: TrainingEvents, seqs: NDArray[np.int64], ids: list[str]) -> OrderLeak:
    known = np.isin(events.seqs, seqs)
    users, times = events.users[known], events.times[known]
    at = np.searchsorted(seqs, events.seqs[known])
    order = np.lexsort((times, users))  # stable: ties stay in the stored order
    users, times, at = users[order], times[order], at[order]
    tied = (users[1:] == users[:-1]) & (times[1:] == times[:-1]) & (at[1:] != at[:-1])
    ranks = id_ranks(ids)[at]
    return OrderLeak(int(tied.sum()), int((tied & (ranks[1:] > ranks[:-1])).sum()))


def _completion(events: TrainingEvents) -> tuple[int, int]:
    """Return how many last events there are, and how many have another one an hour before."""
    if not len(events):
        return 0, 0
    order = np.lexsort((events.times, events.users))
    users, times = events.users[order], events.times[order]
    last = np.flatnonzero(np.append(users[1:] != users[:-1], True))
    counts = np.bincount(users, minlength=events.n_users)[users[last]]
    last = last[counts >= COMPLETION_FROM]
    return len(last), int((times[last] - times[last - 1] <= HOUR).sum())


def _pairs(events: TrainingEvents) -> int:
    if not len(events):
        return 0
    return len(
        np.unique(events.users.astype(np.int64) * (int(events.seqs.max()) + 1) + events.seqs)
    )


def _kinds(kinds: NDArray[np.uint8]) -> dict[str, int]:
    counts = np.bincount(kinds, minlength=len(KINDS) + 1)
    return {kind: int(n) for kind, n in zip(KINDS, counts[1:], strict=True) if n}


def _quantiles(counts: NDArray[np.int64]) -> list[float]:
    return [float(np.quantile(counts, q)) for q in QUANTILES] if len(counts) else [0.0] * 4


def _top_share(counts: NDArray[np.int64]) -> float:
    if not counts.sum():
        return 0.0
    top = np.sort(counts)[::-1][: max(1, len(counts) // 10)]
    return float(top.sum() / counts.sum())


def _sharing(covers: Sequence[Any]) -> int:
    counts = Counter(cover for cover in covers if cover is not None)
    return sum(n for n in counts.values() if n > 1)


def _warnings(made: Card) -> list[str]:
    found = []
    if made.order.found:
        found.append(
            f"order leak: {made.order.rising} of {made.order.pairs} pairs inside of baskets rise "
            "in item id; their order is drawn by seed before anything is learned or measured"
        )
    if made.timed and made.basket_completion > COMPLETION_MUCH:
        found.append(
            f"basket completion: {made.basket_completion:.0%} of last events have another one of "
            "the same person within an hour; leave-last-out measures that, not the next visit"
        )
    if made.items and made.items_without_picture * 2 > made.items:
        found.append(f"{made.items_without_picture} of {made.items} items have no picture")
    if made.pictures_not_encoded * 2 > made.pictures:
        found.append(
            f"{made.pictures_not_encoded} of {made.pictures} pictures are not encoded, so that "
            "nothing is learned from them: `beholder encode`"
        )
    if made.events and not made.timed:
        found.append("no event has a moment: their order is not known, and time cannot split them")
    elif made.events and made.days < 1:
        found.append("all events lie within a day: time cannot split them")
    return found
