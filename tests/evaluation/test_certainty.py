"""Where few items are asked for, what is certain holds of other items, too."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.evaluation import ask
from beholder.evaluation.certainty import OfPeople, OfPeopleAndItems
from beholder.testing.sample_log import log_of_arrays

N_ITEMS, N_USERS = 12, 400


def asked(seed: int, lead: float) -> tuple[dict[str, np.ndarray], Split]:
    """Return lists of two that find each item with a chance of its own, the first more by a lead.

    Everybody is asked for one item, the same for many: whoever is good at that one looks good.
    """
    rng = np.random.default_rng(seed)
    log = log_of_arrays(
        np.arange(N_USERS, dtype=np.int32), np.zeros(N_USERS, np.int32),
        np.zeros(N_USERS, np.int64), np.ones(N_USERS), N_USERS, N_ITEMS + 1, 1,
    )  # fmt: skip
    targets = rng.integers(0, N_ITEMS, N_USERS).astype(np.int32)
    cases = Cases(log, np.arange(N_USERS, dtype=np.int32), np.arange(N_USERS + 1), targets)
    lists = {}
    for name, more in (("ours", lead), ("theirs", 0.0)):
        chance = np.clip(rng.random(N_ITEMS) * 0.6 + more, 0, 1)
        found = rng.random(N_USERS) < chance[targets]
        lists[name] = np.where(found, targets, -1).astype(np.int32)[:, None]
    pool = np.arange(N_ITEMS + 1) < N_ITEMS
    return lists, Split("cold-items", Dataset(log, {}, [""] * (N_ITEMS + 1)), cases, pool)


def both(seed: int, lead: float) -> tuple[OfPeopleAndItems, OfPeople]:
    lists, made = asked(seed, lead)
    values = {name: ask.per_case(own, made)["ndcg@10"] for name, own in lists.items()}
    return OfPeopleAndItems(lists, made), OfPeople(values, seed)


def test_two_that_differ_by_their_items_alone_are_not_called_different() -> None:
    pairs = [both(seed, lead=0) for seed in range(60)]
    called = [
        np.mean([one.p("ours", "theirs") < 0.05 for one in own]) for own in zip(*pairs, strict=True)
    ]
    assert called[0] <= 0.12
    assert called[1] > 0.25  # as if other items told the same


def test_one_that_is_better_at_nearly_every_item_is() -> None:
    two_way, _ = both(3, lead=0.5)
    assert two_way.p("ours", "theirs") < 0.01
    low, high = two_way.difference("ours", "theirs")
    assert 0 < low < high
    assert two_way.ratio("ours", "theirs")[0] > 1


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("lead", [0.0, 0.2, 0.4])
def test_ratio_difference_and_p_say_the_same(seed: int, lead: float) -> None:
    found, _ = both(seed, lead)
    certain = found.p("ours", "theirs") < 0.05
    low, high = found.ratio("ours", "theirs")
    assert (not low <= 1 <= high) == certain
    low, high = found.difference("ours", "theirs")
    assert (not low <= 0 <= high) == certain
    turned = found.ratio("theirs", "ours")
    assert 1 / turned[1] == pytest.approx(found.ratio("ours", "theirs")[0], rel=1e-6)
    assert found.ratio("ours", "ours") == (1.0, 1.0)


def test_means_are_those_of_the_people_and_less_certain() -> None:
    two_way, by_people = both(5, lead=0.2)
    for name, values in by_people.values.items():
        assert two_way.means[name] == pytest.approx(values.mean())
        low, high = two_way.of(name)
        narrow = by_people.of(name)
        assert high - low > narrow[1] - narrow[0]


def test_errors_by_hand() -> None:
    """Two people with two right answers each, of three items: the first person finds both."""
    log = log_of_arrays(*[np.zeros(2, np.int32)] * 2, np.zeros(2, np.int64), np.ones(2), 2, 4, 1)
    targets = np.array([0, 1, 1, 2], np.int32)
    cases = Cases(log, np.arange(2, dtype=np.int32), np.array([0, 2, 4]), targets)
    made = Split("cold-items", Dataset(log, {}, [""] * 4), cases, np.arange(4) < 3)
    lists = {"one": np.array([[0, 1], [3, -1]], np.int32), "none": np.full((2, 2), -1, np.int32)}
    found = OfPeopleAndItems(lists, made)
    first, second = 1 / (1 + 1 / np.log2(3)), (1 / np.log2(3)) / (1 + 1 / np.log2(3))
    z = np.array([first, second, 0, 0]) / 2 - 0.5 / 4
    users = 2 * ((z[0] + z[1]) ** 2 + (z[2] + z[3]) ** 2)
    items = 3 / 2 * (z[0] ** 2 + (z[1] + z[2]) ** 2 + z[3] ** 2)
    error = np.sqrt(max(users + items - (z**2).sum(), users, items))
    t = stats.t.ppf(0.975, 1 / (0.25**2 + 0.5**2 + 0.25**2) - 1)
    assert found.difference("one", "none") == pytest.approx((0.5 - t * error, 0.5 + t * error))
    assert found.of("one") == (0.0, 1.0), "as far as NDCG goes"


def test_to_one_who_finds_nothing_the_ratio_has_no_end() -> None:
    lists, made = asked(3, 0.5)
    none = np.full_like(lists["ours"], -1)
    found = OfPeopleAndItems({"ours": lists["ours"], "none": none}, made)
    assert found.ratio("ours", "none") == (np.inf, np.inf)
    assert found.ratio("none", "ours") == (0, 0)
    assert found.difference("none", "none") == (0, 0)


def test_one_compared_with_itself_is_the_same() -> None:
    two_way, _ = both(7, lead=0)
    assert two_way.p("ours", "ours") == 1
    assert two_way.difference("ours", "ours") == (0, 0)
