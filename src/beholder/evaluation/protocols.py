"""The questions that a recommender can be asked about a data set, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from beholder.dataset.cold_users import cold_users
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split, cold_items, leave_last_out, next_basket
from beholder.dataset.time_cuts import CUTS, time_cut
from beholder.errors import DataError, UsageError

HOUR = 3_600_000
LEAST = 50  # test users below which nothing can be said


PROTOCOLS: dict[str, Callable[[Dataset, int, int], Split]] = {
    "leave-last-out": lambda dataset, seed, cut: leave_last_out(dataset),
    "next-basket": lambda dataset, seed, cut: next_basket(dataset),
    "cold-items": lambda dataset, seed, cut: cold_items(dataset, seed),
    "cold-users": lambda dataset, seed, cut: cold_users(dataset, seed),
    "time": lambda dataset, seed, cut: time_cut(dataset, cut),
}


def cuts_of(protocol: str) -> int:
    """Return how often a protocol divides the same behaviour, each time at another moment."""
    return CUTS if protocol == "time" else 1


def split(
    dataset: Dataset,
    protocol: str,
    seed: int,
    measured: NDArray[np.bool_] | None = None,
    cut: int = 0,
) -> Split:
    """Split a dataset by a protocol.

    Parameters
    ----------
    measured
        bool (n_users,). Who may be asked about: all others are learned from alone, up to where
        they would have been asked. None: everybody.
    cut
        Which of `cuts_of` the protocol.

    Raises
    ------
    DataError
        If fewer than 50 users could be asked, with their number and what could be asked instead.
    UsageError
        If there is no protocol of this name.
    """
    check_protocol(protocol)
    made = _asking(dataset, protocol, seed, measured, cut)
    if len(made.cases) < LEAST:
        raise DataError(
            f"{protocol} finds {len(made.cases)} users to ask, {LEAST} are needed",
            remedy=_instead(dataset, protocol, seed, measured),
        )
    return made


def _asking(
    dataset: Dataset, protocol: str, seed: int, measured: NDArray[np.bool_] | None, cut: int = 0
) -> Split:
    made = PROTOCOLS[protocol](dataset, seed, cut)
    if measured is None or measured.all():
        return made

    def of_them(cases: Cases) -> Cases:
        return cases.take(np.flatnonzero(measured[cases.users]))

    after = {known: of_them(cases) for known, cases in made.after.items()}
    return replace(made, cases=of_them(made.cases), after=after)


def _instead(dataset: Dataset, protocol: str, seed: int, measured: NDArray[np.bool_] | None) -> str:
    """Say how many people each other protocol finds: with so few users they are soon counted."""
    if len(dataset.log) and not dataset.log.times.any():
        return "no event has a moment: import them with the column of their time (--map time=NAME)"
    others = {
        name: len(_asking(dataset, name, seed, measured).cases)
        for name in PROTOCOLS
        if name not in (protocol, "time")  # that needs ten times as many, and says it itself
    }
    enough = [f"{name} ({n} users)" for name, n in others.items() if n >= LEAST]
    if enough:
        return f"bring more behaviour, or ask {' or '.join(enough)}"
    found = ", ".join(f"{name} {n}" for name, n in others.items())
    return f"bring more behaviour: no protocol finds so many ({found})"


def check_protocol(protocol: str) -> None:
    """Refuse a name that no protocol has."""
    if protocol not in PROTOCOLS:
        raise UsageError(
            f"there is no protocol {protocol!r}",
            remedy="one of " + ", ".join(PROTOCOLS),
            field="protocol",
        )


def basket_share(dataset: Dataset, made: Split) -> float:
    """Return the share of targets with a training event of the same user within an hour.

    Where it is large, the protocol asks to complete a basket rather than to foresee a visit. Of
    events without moments nothing is known: 0.
    """
    if not dataset.log.times.any():
        return 0.0
    log, firsts = dataset.log, dataset.log.firsts
    bounds = np.searchsorted(log.users[firsts], np.arange(log.n_users + 1))
    near = total = 0
    for case in range(len(made.cases)):
        history = made.cases.history(case)
        user = int(made.cases.users[case])
        own = firsts[bounds[user] : bounds[user + 1]]
        when = dict(zip(log.items[own].tolist(), log.times[own].tolist(), strict=True))
        for target in made.cases.target(case).tolist():
            total += 1
            near += bool((abs(history.times - when[target]) <= HOUR).any())
    return near / max(total, 1)
