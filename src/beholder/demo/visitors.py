"""Simulated visitors: what people with hidden tastes would have clicked in sixty days.

A visitor comes several times. Each time a page of pictures is shown, some because they fit
the taste, some because they are popular, some by chance; what is shown is a view, and the
better it fits, the more likely is a click, and after it a like or a save.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from beholder.demo.truth import Truth

DAYS = 60
BEGIN = datetime(2026, 1, 5, tzinfo=UTC)
KINDS = ("view", "click", "like", "save", "hide", "dislike")
COLUMNS = ("user_id", "item_id", "timestamp", "event_type", "value")
_PAGE = 6
_BLOCK = 256


@dataclass(frozen=True)
class Interactions:
    """Events in order of time; those of one second in no order that means anything.

    Attributes
    ----------
    users, items
        int32 (n,). Indices into the truth's `user_ids` and `item_ids`.
    times
        int64 (n,). Seconds since 1970.
    kinds
        uint8 (n,). Positions in `KINDS`.
    """

    users: NDArray[np.int32]
    items: NDArray[np.int32]
    times: NDArray[np.int64]
    kinds: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.users)


def simulate(truth: Truth, seed: int, views: float = 36.0) -> Interactions:
    """Let all visitors come.

    Parameters
    ----------
    views
        How many pictures the visitor in the middle is shown in all.
    """
    rng = np.random.default_rng([seed, 103])
    users, items, place = _shown(truth, rng, views)
    affinity = _affinity_of(truth, users, items)
    times = _moments(users, place, rng)
    rows = [(users, items, times, np.zeros(len(users), np.uint8))]
    for kinds, chosen, delay in _reactions(affinity, rng):
        rows.append((users[chosen], items[chosen], times[chosen] + delay, kinds))
    all_users, all_items, all_times, all_kinds = (
        np.concatenate(part) for part in zip(*rows, strict=True)
    )
    order = np.lexsort((rng.random(len(all_times)), all_times))
    return Interactions(all_users[order], all_items[order], all_times[order], all_kinds[order])


def to_csv(interactions: Interactions, truth: Truth) -> str:
    """Return the events as a CSV file with the columns `COLUMNS`; no event has a value."""
    moments = interactions.times.astype("datetime64[s]")
    stamps = np.datetime_as_string(moments).tolist()
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        (user, item, f"{stamp}Z", KINDS[kind], "")
        for user, item, stamp, kind in zip(
            truth.user_ids[interactions.users].tolist(),
            truth.item_ids[interactions.items].tolist(),
            stamps,
            interactions.kinds.tolist(),
            strict=True,
        )
    )
    return file.getvalue()


def _shown(
    truth: Truth, rng: np.random.Generator, views: float
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return who was shown what, and as their how-manieth; nothing twice, nothing cold.

    Everybody is shown something, however few pictures there are.

    Drawing without replacement in proportion to exp(utility) is taking the largest of
    utility plus Gumbel noise.
    """
    n_users, n_warm = len(truth.user_ids), int((~truth.cold).sum())
    spread = rng.lognormal(np.log(views), 0.7, n_users)
    counts = np.clip(spread, 4, max(n_warm * 0.6, 1)).astype(np.int64)
    users, items, places = [], [], []
    for start in range(0, n_users, _BLOCK):
        block = np.arange(start, min(start + _BLOCK, n_users))
        utility = 1.1 * truth.affinities(block) + truth.popularity
        utility += rng.gumbel(0.0, 1.0, utility.shape).astype(np.float32)
        utility[:, truth.cold] = -np.inf
        most = int(counts[block].max())
        best = np.argsort(-utility, axis=1)[:, :most]
        shuffled = rng.random(best.shape)  # what fits best is not what is shown first
        shuffled[np.arange(most)[None, :] >= counts[block][:, None]] = np.inf
        best = np.take_along_axis(best, np.argsort(shuffled, axis=1), axis=1)
        row, place = np.nonzero(np.arange(most)[None, :] < counts[block][:, None])
        users.append(block[row].astype(np.int32))
        items.append(best[row, place].astype(np.int32))
        places.append(place.astype(np.int32))
    return np.concatenate(users), np.concatenate(items), np.concatenate(places)


def _affinity_of(
    truth: Truth, users: NDArray[np.int32], items: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Return the affinity of each pair, shape of users, without holding all pairs at once."""
    found = np.empty(len(users), np.float32)
    for start in range(0, len(truth.user_ids), _BLOCK):
        block = np.arange(start, min(start + _BLOCK, len(truth.user_ids)))
        inside = (users >= start) & (users < start + _BLOCK)
        found[inside] = truth.affinities(block)[users[inside] - start, items[inside]]
    return found


def _moments(
    users: NDArray[np.int32], place: NDArray[np.int32], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return when each picture was shown: a page at once, two or three pages a session."""
    n_users = int(users.max()) + 1
    page = place // _PAGE
    pages_a_session = rng.integers(2, 4, n_users)[users]
    session = page // pages_a_session
    n_sessions = int(session.max()) + 1
    days = np.sort(rng.integers(0, DAYS, (n_users, n_sessions)), axis=1)
    hours = np.clip(rng.normal(17.0, 3.5, (n_users, n_sessions)), 0.0, 22.5)
    began = days * 86_400 + (hours * 3600).astype(np.int64)
    # Two sessions on one day are put an hour apart, in their order.
    began = np.maximum.accumulate(began + np.arange(n_sessions) * 3600, axis=1)
    pause = rng.integers(90, 240, (n_users, int(page.max()) + 1))
    inside = np.cumsum(pause, axis=1)
    first = session * pages_a_session
    since = inside[users, page] - inside[users, first]
    times: NDArray[np.int64] = int(BEGIN.timestamp()) + began[users, session] + since
    return times


def _reactions(
    affinity: NDArray[np.float32], rng: np.random.Generator
) -> list[tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.int64]]]:
    """Return, per kind of reaction, its code, to which views, and after how many seconds."""
    n = len(affinity)
    clicked = rng.random(n) < _chance(affinity, middle=1.1, steep=1.7)
    liked = clicked & (rng.random(n) < _chance(affinity, middle=1.5, steep=1.9))
    saved = liked & (rng.random(n) < 0.3)
    cold_shoulder = ~clicked & (rng.random(n) < _chance(-affinity, middle=0.9, steep=3.0) * 0.6)
    disliked = cold_shoulder & (rng.random(n) < 0.4)
    found = []
    delays = {
        "click": (3, 30),
        "like": (31, 50),
        "save": (51, 70),
        "hide": (3, 40),
        "dislike": (3, 40),
    }
    chosen = {
        "click": clicked,
        "like": liked,
        "save": saved,
        "hide": cold_shoulder & ~disliked,
        "dislike": disliked,
    }
    for kind, mask in chosen.items():
        which = np.flatnonzero(mask)
        delay = rng.integers(*delays[kind], len(which))
        found.append((np.full(len(which), KINDS.index(kind), np.uint8), which, delay))
    return found


def _chance(value: NDArray[np.float32], middle: float, steep: float) -> NDArray[np.float32]:
    """Return a probability that is a half at `middle`."""
    chance: NDArray[np.float32] = 1.0 / (1.0 + np.exp(-steep * (value - middle)))
    return chance
