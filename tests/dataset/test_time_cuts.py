"""One moment for all: nothing after it is known, and only what was there by then is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Split
from beholder.dataset.time_cuts import DAY, day_of, time_cut
from beholder.errors import DataError
from beholder.testing.sample_log import log_of_arrays

BEGIN = 18_000 * DAY  # 2019-04-14
N = 600
# Everybody: three things on the first day, and one on each of the five after it, person u the
# items u, u + 1, ... of a round of ten; on the last day item 20, the same for all. Nobody ever
# takes 30 to 39.
STEPS = [0, 1, 2, 3, 4, 5, 6, 7]
DAYS = [0, 0, 0, 1, 2, 3, 4, 5]


def dataset(n_users: int = N, without: int = 0) -> Dataset:
    """Return it; the last `without` people do nothing after the first day."""
    users = np.repeat(np.arange(n_users, dtype=np.int32), len(STEPS))
    days = np.tile(np.array(DAYS, np.int64), n_users)
    items = ((users + np.tile(np.array(STEPS), n_users)) % 10).astype(np.int32)
    items[days == 5] = 20
    some = (days == 0) | (users < n_users - without)
    users, items, days = users[some], items[some], days[some]
    times = BEGIN + days * DAY + users  # everybody at a moment of the day
    log = log_of_arrays(users, items, times, np.ones(len(users)), n_users, 40, seed=1)
    return Dataset(log, {}, [""] * 40)


@pytest.fixture(scope="module")
def cuts() -> list[Split]:
    whole = dataset()
    return [time_cut(whole, number) for number in range(3)]


def test_cuts_lie_between_the_latest_days(cuts: list[Split]) -> None:
    assert [day_of(made.since) for made in cuts] == ["2019-04-17", "2019-04-18", "2019-04-19"]
    assert [len(made.cases) for made in cuts] == [N, N, 0]


def test_everybody_is_asked_for_what_came_up_to_the_next_cut(cuts: list[Split]) -> None:
    for made, step in zip(cuts, (5, 6), strict=False):
        expected = (made.cases.users + step) % 10
        assert made.cases.targets.tolist() == expected.tolist()
    assert sorted(cuts[0].cases.history(0).items.tolist()) == [0, 1, 2, 3, 4]


def test_nothing_of_the_day_or_after_it_is_known(cuts: list[Split]) -> None:
    for made in cuts:
        assert made.train.log.times.max() < made.since
    assert len(cuts[0].train.log) == 5 * N


def test_what_came_later_is_no_candidate_and_nothing_is_fitted_on_it(cuts: list[Split]) -> None:
    for made in cuts:
        assert np.flatnonzero(~made.pool).tolist() == [20]
        assert np.flatnonzero(~made.train.fitted).tolist() == [20]
    assert cuts[0].pool[30:].all()  # nobody ever touched these: they may have been there


def test_what_is_not_asked_for_since_it_came_later_is_counted(cuts: list[Split]) -> None:
    assert cuts[2].notes == [
        "1 item came after this day and can not be recommended; 600 likes of them not asked for"
    ]


def test_who_had_too_little_before_the_day_is_not_asked() -> None:
    few = dataset(n_users=700, without=150)
    made = time_cut(few, 0)
    assert len(made.cases) == 550
    assert made.cases.users.max() < 550


@pytest.mark.parametrize(("without", "found"), [(150, "450"), (600, "0")])
def test_data_without_three_such_days_are_refused_with_the_most_that_there_are(
    without: int, found: str
) -> None:
    with pytest.raises(DataError, match=rf"there are at most {found} \(") as refused:
        time_cut(dataset(without=without), 0)
    assert "next-basket" in refused.value.remedy
