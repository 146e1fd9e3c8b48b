"""The questions that a recommender can be asked about a data set, by name."""

from __future__ import annotations

from collections.abc import Callable

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Split, cold_items, leave_last_out, next_basket
from beholder.errors import DataError, UsageError

HOUR = 3_600_000
LEAST = 50  # test users below which nothing can be said


def _cold(dataset: Dataset, seed: int) -> Split:
    encoder = next(iter(dataset.pictures), "")
    return cold_items(dataset, seed, only=encoder)


PROTOCOLS: dict[str, Callable[[Dataset, int], Split]] = {
    "leave-last-out": lambda dataset, seed: leave_last_out(dataset),
    "next-basket": lambda dataset, seed: next_basket(dataset),
    "cold-items": _cold,
}


def split(dataset: Dataset, protocol: str, seed: int) -> Split:
    """Split a dataset by a protocol.

    Raises
    ------
    DataError
        If fewer than 50 users could be asked, with their number.
    UsageError
        If there is no protocol of this name.
    """
    check_protocol(protocol)
    made = PROTOCOLS[protocol](dataset, seed)
    if len(made.cases) < LEAST:
        raise DataError(
            f"{protocol} finds {len(made.cases)} users to ask, {LEAST} are needed",
            remedy="bring more behaviour, or use another protocol",
        )
    return made


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

    Where it is large, the protocol asks to complete a basket rather than to foresee a visit.
    """
    pairs = dataset.interactions
    times = {}
    for user in made.cases.users.tolist():
        span = slice(pairs.indptr[user], pairs.indptr[user + 1])
        times[user] = dict(zip(pairs.items[span].tolist(), pairs.times[span].tolist(), strict=True))
    near = total = 0
    for case in range(len(made.cases)):
        history = made.cases.history(case)
        when = times[int(made.cases.users[case])]
        for target in made.cases.target(case).tolist():
            total += 1
            near += bool((abs(history.times - when[target]) <= HOUR).any())
    return near / max(total, 1)
