"""The table of an evaluation, by hand: eight people, one right answer each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.evaluation.bootstrap import interval, ratio_interval, sign_flip
from beholder.evaluation.table import rows_of
from beholder.testing.sample_log import log_of_arrays

N_ITEMS, PEOPLE, SEED = 40, 8, 3
NEVER = 30  # a place behind all that is asked for
SECOND, THIRD = 1 / np.log2(3), 1 / 2  # what a right answer at these places gains


@pytest.fixture(scope="module")
def made() -> Split:
    """Everybody took item 0, and is asked for one of the items 1 to 8."""
    users = np.arange(PEOPLE, dtype=np.int32)
    none = np.zeros(PEOPLE, np.int32)
    log = log_of_arrays(
        users, none, none.astype(np.int64), np.ones(PEOPLE, np.float32), PEOPLE, N_ITEMS, 0
    )
    dataset = Dataset(log, {}, [""] * N_ITEMS)
    cases = Cases(log, users, np.arange(PEOPLE + 1), np.arange(1, PEOPLE + 1, dtype=np.int32))
    return Split("by hand", dataset, cases, np.ones(N_ITEMS, bool))


def lists(*places: int) -> np.ndarray:
    """Return lists of 20 with the right answer of each person at a place, counted from 1."""
    found = np.tile(np.arange(10, 30, dtype=np.int32), (len(places), 1))
    for person, place in enumerate(places):
        if place <= 20:
            found[person, place - 1] = person + 1
    return found


OURS = lists(1, 2, 1, NEVER, 1, 1, 2, 1)
GOOD = lists(2, 2, 3, NEVER, 1, 1, 2, 1)
POOR = lists(NEVER, 15, NEVER, 2, *[NEVER] * 4)
VALUES = {
    "auto": np.array([1, SECOND, 1, 0, 1, 1, SECOND, 1]),
    "good": np.array([SECOND, SECOND, THIRD, 0, 1, 1, SECOND, 1]),
    "poor": np.array([0, 0, 0, SECOND, 0, 0, 0, 0]),  # place 15 is behind the tenth
}


def test_every_contender_has_its_mean_and_the_value_of_each_person(made: Split) -> None:
    rows = {row.model: row for row in rows_of(dict(zip(VALUES, one(), strict=True)), made, SEED)}
    assert list(rows) == ["auto", "good", "poor"]
    for name, row in rows.items():
        assert row.ndcg10 == pytest.approx(VALUES[name].mean())
        assert row.metrics["ndcg@10"] == row.ndcg10
        np.testing.assert_array_equal(row.per_user["ndcg@10"], VALUES[name])
        assert (row.low, row.high) == interval(VALUES[name], SEED)
        assert row.after == {}
    assert [row.hr20 for row in rows.values()] == [7 / 8, 7 / 8, 2 / 8]
    assert rows["poor"].metrics["hr@10"] == 1 / 8
    assert rows["poor"].per_user["hr@20"].tolist() == [0, 1, 0, 1, 0, 0, 0, 0]
    assert rows["good"].tenths == pytest.approx(np.sort(VALUES["good"]))  # of eight, one for each
    np.testing.assert_array_equal(rows["good"].lists, GOOD)


def one() -> list[list[np.ndarray]]:
    return [[OURS], [GOOD], [POOR]]


def test_the_blend_is_compared_with_each_other_one_and_not_with_itself(made: Split) -> None:
    auto, good, poor = rows_of(dict(zip(VALUES, one(), strict=True)), made, SEED)
    assert (auto.against, auto.p) == (None, None)
    for row, theirs in ((good, VALUES["good"]), (poor, VALUES["poor"])):
        assert row.against is not None
        ratio = VALUES["auto"].mean() / theirs.mean()
        assert row.against == (pytest.approx(ratio), *ratio_interval(VALUES["auto"], theirs, SEED))
    plain = [sign_flip(VALUES["auto"] - VALUES[name], SEED) for name in ("good", "poor")]
    assert plain[1] < 0.1 < plain[0]
    assert [good.p, poor.p] == pytest.approx([plain[0], 2 * plain[1]])  # by Holm, of two


def test_the_comparison_is_the_same_in_any_order_of_the_table(made: Split) -> None:
    forth = rows_of({"auto": [OURS], "good": [GOOD], "poor": [POOR]}, made, SEED)
    back = rows_of({"poor": [POOR], "good": [GOOD], "auto": [OURS]}, made, SEED)
    assert [row.model for row in back] == ["poor", "good", "auto"]
    by_name = {row.model: row for row in back}
    for row in forth:
        assert (row.p, row.against) == (by_name[row.model].p, by_name[row.model].against)


def test_who_finds_nothing_is_infinitely_worse(made: Split) -> None:
    _, none = rows_of({"auto": [OURS], "none": [lists(*[NEVER] * PEOPLE)]}, made, SEED)
    assert none.ndcg10 == 0
    assert none.against == (float("inf"),) * 3


def test_asked_several_times_each_counts_and_the_figures_are_means_of_each_person(
    made: Split,
) -> None:
    asked = replace(made, after={0: made.cases, 5: made.cases})
    (auto, other) = rows_of({"auto": [POOR, OURS], "other": [POOR, POOR]}, asked, SEED)
    assert list(auto.after) == [0, 5]
    for after, name, hits in ((auto.after[0], "poor", 2 / 8), (auto.after[5], "auto", 7 / 8)):
        assert after.ndcg10 == pytest.approx(VALUES[name].mean())
        assert (after.low, after.high) == interval(VALUES[name], SEED)
        assert after.hr20 == hits
    each = (VALUES["poor"] + VALUES["auto"]) / 2
    np.testing.assert_array_equal(auto.per_user["ndcg@10"], each)
    np.testing.assert_array_equal(auto.lists, np.concatenate([POOR, OURS]))
    assert auto.ndcg10 == pytest.approx(each.mean())
    assert (auto.low, auto.high) == interval(each, SEED)
    assert auto.hr20 == (2 / 8 + 7 / 8) / 2
    assert auto.per_user["hr@20"].tolist() == [0.5, 1, *[0.5] * 6]
    assert other.against is not None
    assert other.against[0] == pytest.approx(each.mean() / VALUES["poor"].mean())


def test_what_all_lists_together_show_is_of_all_times_that_were_asked(made: Split) -> None:
    """At 10: items 10 to 19, and of ours all right answers but one; that is among the poor."""
    once = rows_of({"auto": [OURS]}, made, SEED)[0].metrics
    assert once["coverage@10"] == (10 + 7) / N_ITEMS
    asked = replace(made, after={0: made.cases, 5: made.cases})
    twice = rows_of({"auto": [OURS, POOR]}, asked, SEED)[0].metrics
    assert twice["coverage@10"] == (10 + 8) / N_ITEMS


def test_a_metric_that_says_nothing_of_a_case_is_the_mean_of_the_others(made: Split) -> None:
    asked = replace(made, after={0: made.cases, 5: made.cases})
    first, second = np.full(PEOPLE, np.nan), np.full(PEOPLE, np.nan)
    first[:2], second[1] = (0.5, 1.0), 0.6
    areas = {"auto": [first, second]}
    auto, other = rows_of({"auto": [OURS, OURS], "other": [POOR, POOR]}, asked, SEED, areas=areas)
    np.testing.assert_array_equal(auto.per_user["auc"], [0.5, 0.8, *[np.nan] * 6])
    assert auto.metrics["auc"] == pytest.approx(0.65)
    assert "auc" not in other.metrics


def test_right_answers_that_popularity_has_too_are_no_surprise(made: Split) -> None:
    """Person 3 alone finds what popularity does not show: all others are shown it anyway."""
    popular = lists(1, 2, 3, NEVER, 5, 6, 7, 8)
    found = {"auto": [lists(1, 2, 1, 9, 1, 1, 2, 1)], "popularity": [popular]}
    auto, expected = rows_of(found, made, SEED)
    assert auto.per_user["serendipity@10"].tolist() == [0, 0, 0, 0.1, 0, 0, 0, 0]
    assert expected.metrics["serendipity@10"] == 0
    (alone,) = rows_of({"auto": [OURS]}, made, SEED)
    assert "serendipity@10" not in alone.metrics
