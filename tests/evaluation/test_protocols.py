"""The questions that can be asked, and what they really ask."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.errors import DataError, UsageError
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.protocols import HOUR, PROTOCOLS, basket_share, split
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays
from planted import World, dataset_of, make_world


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_protocol_with_too_few_people_is_refused_with_their_number(protocol: str) -> None:
    needed = "500 people to ask" if protocol == "time" else r"\d+ users to ask, 50 are needed"
    with pytest.raises(DataError, match=needed):
        split(dataset_of(make_world(n_users=30)), protocol, seed=1)


def test_a_refusal_names_the_protocols_that_can_be_asked_with_their_people() -> None:
    once = dataset_of(make_world(n_users=120))  # fifty strangers of 120 would be too many
    with pytest.raises(DataError, match=r"cold-users finds 30 users") as refused:
        split(once, "cold-users", seed=1)
    assert "leave-last-out (120 users) or next-basket (120 users)" in refused.value.remedy
    with pytest.raises(DataError) as refused:
        split(dataset_of(make_world(n_users=20)), "next-basket", seed=1)
    assert "no protocol finds so many (leave-last-out 20, " in refused.value.remedy


def test_without_any_moment_the_remedy_is_to_import_the_times() -> None:
    whole = dataset_of(make_world())
    timeless = whole.with_log(replace(whole.log, times=np.zeros_like(whole.log.times)))
    with pytest.raises(DataError, match="next-basket finds 0 users") as refused:
        split(timeless, "next-basket", seed=1)
    assert "--map time=NAME" in refused.value.remedy
    assert basket_share(timeless, split(timeless, "leave-last-out", seed=1)) == 0


def test_an_unknown_protocol_is_refused_with_the_known_ones(world: World) -> None:
    with pytest.raises(UsageError, match="leave-last-out"):
        split(dataset_of(world), "leave-first-out", seed=1)


def test_the_share_of_targets_bought_together_is_counted(world: World) -> None:
    dataset = dataset_of(world)  # events come in pairs of one moment
    assert basket_share(dataset, split(dataset, "leave-last-out", 1)) > 0.85
    assert basket_share(dataset, split(dataset, "next-basket", 1)) == 0


def test_what_a_stranger_liked_within_the_hour_of_his_fifth_event_is_counted() -> None:
    dataset = dataset_of(make_world(n_users=320))  # the sixth event is of the fifth's moment
    made = split(dataset, "cold-users", 1)
    assert basket_share(dataset, made) == pytest.approx(1 / 5)


def test_a_target_that_was_disliked_later_has_its_moment_all_the_same() -> None:
    def column(values: list[float]) -> np.ndarray:
        return np.tile(np.array(values), 60)

    items = column([0, 1, 2, 3, 4, 4]).astype(np.int32)
    users = np.repeat(np.arange(60), 6).astype(np.int32)
    signed = column([1, 1, 1, 1, 1, -1]).astype(np.float32)
    times = column([10 * HOUR, 20 * HOUR, 30 * HOUR, 40 * HOUR, 40 * HOUR + 5, 90 * HOUR])
    log = log_of_arrays(users, items, times.astype(np.int64), signed, 60, 5, seed=1)
    dataset = Dataset(log, {}, [""] * 5)
    assert basket_share(dataset, split(dataset, "leave-last-out", 1)) == 1


def test_new_items_are_drawn_by_whatever_they_are_compared_by() -> None:
    """Vectors of a few items beside those of all take nothing away, wherever they stand."""
    whole = dataset_of(make_world())
    n = whole.n_items
    few = np.arange(n) < 12
    some = Modality.of_rows(np.random.default_rng(1).normal(size=(n, 4)), few)
    alone = replace(whole, texts=[""] * n)
    expected = split(alone, "cold-items", 1)
    for pictures in (
        {"few": some, **whole.pictures},
        {**whole.pictures, "few": some},
    ):
        made = split(replace(alone, pictures=pictures), "cold-items", 1)
        np.testing.assert_array_equal(made.pool, expected.pool)
        np.testing.assert_array_equal(made.cases.users, expected.cases.users)


def test_items_with_words_alone_are_asked_for_and_those_with_nothing_are_not() -> None:
    whole = dataset_of(make_world())
    bare = np.arange(whole.n_items) < 100
    texts = ["" if nothing else text for nothing, text in zip(bare, whole.texts, strict=True)]
    made = split(replace(whole, pictures={}, texts=texts), "cold-items", 1)
    assert made.pool.sum() == 14  # a tenth of 140
    assert not made.pool[bare].any()


def test_without_any_content_nobody_can_be_asked_for_new_items() -> None:
    whole = dataset_of(make_world())
    with pytest.raises(DataError, match="cold-items finds 0 users"):
        split(replace(whole, pictures={}, texts=[""] * whole.n_items), "cold-items", 1)


@pytest.mark.parametrize(
    ("protocol", "share", "pool", "label", "ranked"),
    [
        ("next-basket", 0.9, 240, "next-basket (mostly the same visit)", "among all 240 items"),
        ("next-basket", 0.3, 240, "next-basket", "among all 240 items"),
        ("leave-last-out", 0.31, 240, "leave-last-out (basket completion)", "among all 240 items"),
        ("cold-items", 0.9, 24, "cold-items",
         "among 24 of 240 items, those left out of training"),
    ],
)  # fmt: skip
def test_a_figure_says_what_was_asked_and_among_how_many(
    protocol: str, share: float, pool: int, label: str, ranked: str
) -> None:
    told = Evaluation(protocol, 7, 60, 60, share, 1.0, [], [], [], 240, pool)
    assert (told.label, told.ranked) == (label, ranked)
