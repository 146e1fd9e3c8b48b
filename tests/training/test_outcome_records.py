"""What is read of an example was known by then, and a day lies between what learns and tests."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.blending.reading import directions_of, reads_of
from beholder.dataset.dataset import Dataset
from beholder.dataset.outcomes import Examples
from beholder.progress import SILENT
from beholder.scorers.outcome_features import DOUBT, TASKS
from beholder.store.rates import DAY
from beholder.training.outcome_gate import cut
from beholder.training.outcomes import _read, records_before
from planted import World, dataset_of

BEGIN = 20_000 * DAY
HOUR = DAY // 24


def shown(hours: list[int], items: list[int], clicked: list[int]) -> Examples:
    """Return one place an answer, each of another person."""
    n = len(hours)
    outcomes = np.full((n, len(TASKS)), np.nan, np.float32)
    outcomes[:, 0], outcomes[:, 1] = clicked, 0
    times = BEGIN + np.array(hours, np.int64) * HOUR
    return Examples(
        np.arange(n), times, np.arange(n + 1), np.array(items, np.int32),
        np.zeros(n, np.float32), outcomes, [],
    )  # fmt: skip


def clicks_before(found: Examples, moments: np.ndarray) -> list[float]:
    """Return the share of clicks that each example reads of its item."""
    usual = np.zeros(len(TASKS))
    return records_before(found, usual, moments)[:, 0].tolist()


def test_what_follows_is_known_a_day_after() -> None:
    found = shown([0, 1, 23, 24, 25, 60], [7, 7, 7, 7, 7, 7], [1, 1, 1, 0, 0, 0])
    times = found.times[found.owner]
    expected = [0, 0, 0, 1 / (1 + DOUBT), 2 / (2 + DOUBT), 3 / (5 + DOUBT)]
    np.testing.assert_allclose(clicks_before(found, times), expected, rtol=1e-6)


def test_of_other_items_nothing_is_known() -> None:
    found = shown([0, 30, 30, 60], [3, 4, 2, 4], [1, 1, 1, 0])
    np.testing.assert_allclose(
        clicks_before(found, found.times[found.owner]), [0, 0, 0, 1 / (1 + DOUBT)], rtol=1e-6
    )


def test_as_of_an_earlier_moment_less_is_known() -> None:
    found = shown([0, 10, 80, 90], [5, 5, 5, 5], [1, 1, 1, 1])
    frozen = np.full(4, BEGIN + 25 * HOUR)
    np.testing.assert_allclose(clicks_before(found, frozen), [1 / (1 + DOUBT)] * 4, rtol=1e-6)


def read_of(dataset: Dataset, found: Examples) -> np.ndarray:
    """Return what is read of examples, as they were seen."""
    reads = reads_of(dataset)
    as_of = found.times[found.owner], np.zeros((len(found), len(TASKS) + 1), np.float32)
    return _read(dataset, found, reads, directions_of(dataset, reads, 1), as_of, SILENT)


def test_what_happens_later_changes_nothing_of_what_was_read(world: World) -> None:
    dataset = dataset_of(world)
    log = dataset.log
    moment = int(np.median(log.times))
    users = np.unique(log.users[log.times < moment])[:20].astype(np.int64)
    found = shown([0] * len(users), list(range(len(users))), [0] * len(users))
    found = Examples(users, np.full(len(users), moment), *found[2:])
    earlier = dataset.with_log(log.keep(log.times < moment))
    assert (earlier.interactions.item_counts != dataset.interactions.item_counts).any()
    np.testing.assert_array_equal(read_of(dataset, found), read_of(earlier, found))


@pytest.mark.parametrize("days", [2, 9, 30, 300])
def test_a_day_lies_between_parts_and_less_where_there_are_few(days: int) -> None:
    times = BEGIN + np.linspace(0, days * DAY, 1000).astype(np.int64)
    indptr = np.arange(1001) * 3
    parts = cut(indptr, times)
    owner = np.repeat(times, 3)
    learn, stop, test = (owner[part] for part in parts)
    between = min(DAY, days * DAY // 10)
    assert stop[0] - learn[-1] >= between
    assert test[0] - stop[-1] >= between
    assert (len(stop), test[-1]) == (300, times[-1]), "it is taken off the larger parts"
    assert len(learn) >= 0.5 * 3000
    assert len(test) >= 0.05 * 3000


def spread(n: int, first: float, last: float) -> np.ndarray:
    """Return the moments of so many answers, evenly from one hour to another."""
    return BEGIN + np.linspace(first * HOUR, last * HOUR, n).astype(np.int64)


@pytest.mark.parametrize(
    ("times", "learned", "tested"),
    [
        # The newest fifth came within 18 hours: half of it stays. A day before was 127 answers.
        (np.concatenate([spread(7500, 0, 1416), spread(2500, 1416, 1438)]), 6873, 9000),
        # All that is learned from came within a day before the rest: half stay.
        (np.concatenate([spread(7500, 0, 10), spread(2500, 24, 60 * 24)]), 3500, None),
        # Half came within the last of 72 hours: 7.2 of them lie between, where they can.
        (np.concatenate([spread(5000, 0, 71), spread(5000, 71, 72)]), 4521, 9000),
        (np.concatenate([np.full(9000, BEGIN), spread(1000, 24, 240)]), 3500, None),
        (np.full(10_000, BEGIN), 7000, 8000),
    ],
    ids=["late", "early", "rush", "at once and after", "at once"],
)
def test_where_answers_crowd_half_of_a_part_stays(
    times: np.ndarray, learned: int, tested: int | None
) -> None:
    parts = cut(np.arange(10_001), times)
    assert abs(parts.learn.stop - learned) <= 1
    assert parts.stop == slice(7000, 8000)
    assert parts.test.stop == 10_000
    if tested is not None:
        assert parts.test.start == tested


@pytest.mark.parametrize("n", range(1, 12))
def test_of_few_answers_none_is_in_two_parts_and_some_are_tested(n: int) -> None:
    for times in (spread(n, 0, 1000), np.full(n, BEGIN), BEGIN + DAY // 100 * np.arange(n) ** 3):
        learn, stop, test = cut(np.arange(n + 1), times)
        assert 0 == learn.start <= learn.stop <= stop.start <= stop.stop <= test.start < test.stop
