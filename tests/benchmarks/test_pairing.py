"""Two trees compared case by case, with the user as the unit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from benchmarks.pairing import against, best_baseline, clustered_error, compare, mean, ratio
from benchmarks.quality_table import figures, markdown
from scipy.stats import sem


def cell(tree: str, seed: int, answers: dict[str, float], knn: float = 0.1) -> dict[str, Any]:
    values = list(answers.values())
    rows = {"auto": values, "popularity": [0.0] * len(values), "itemknn": [knn] * len(values)}
    return {
        "tree": tree,
        "data": "shop",
        "protocol": "leave-last-out",
        "label": "leave-last-out (basket completion)",
        "seed": seed,
        "commit": "abc",
        "catalogue": "same",
        "cases": list(answers),
        "rows": {name: {"ndcg@10": own, "hr@20": own} for name, own in rows.items()},
        "masking": {"added": 0},
        "cpu_seconds": 1.0,
        "largest_mib": 1,
    }


def test_with_one_case_a_user_the_error_is_the_standard_error_of_scipy() -> None:
    values = np.random.default_rng(0).random(40)
    found = mean(values, np.arange(40))
    assert found.value == pytest.approx(values.mean())
    assert found.error == pytest.approx(sem(values))
    assert found.low == pytest.approx(values.mean() - 1.96 * sem(values))


def test_asking_the_same_users_three_times_makes_nothing_more_certain() -> None:
    values, users = np.random.default_rng(1).random(30), np.arange(30)
    centred = values - values.mean()
    once = clustered_error(centred, users)
    assert clustered_error(np.tile(centred, 3), np.tile(users, 3)) == pytest.approx(once)


def test_the_error_of_a_ratio_is_that_of_drawing_users_again() -> None:
    rng = np.random.default_rng(2)
    theirs = rng.random(400) + 0.5
    ours = 1.2 * theirs + rng.normal(0, 0.3, 400)
    found = ratio(ours, theirs, np.arange(400))
    drawn = [rng.integers(0, 400, 400) for _ in range(2000)]
    again = [ours[some].mean() / theirs[some].mean() for some in drawn]
    assert found.value == pytest.approx(ours.mean() / theirs.mean())
    assert found.error == pytest.approx(np.std(again), rel=0.08)


def test_only_cases_with_the_same_seed_user_and_targets_are_paired() -> None:
    new = [cell("new", 7, {"1:5": 0.5, "2:6,7": 0.4, "3:8": 1.0}), cell("new", 8, {"1:9": 0.3})]
    old = [cell("old", 7, {"2:6,7": 0.1, "1:5": 0.5, "3:9": 1.0}), cell("old", 8, {"1:5": 0.9})]
    found = compare(new, old, "ndcg@10")
    assert found is not None
    assert (found.paired, found.only_ours, found.only_theirs) == (2, 2, 2)
    assert found.difference.value == pytest.approx(0.15)  # (0 + 0.3) / 2
    assert found.ratio.value == pytest.approx(0.9 / 0.6)


def test_by_user_whoever_was_asked_in_both_is_paired() -> None:
    new = [cell("new", 7, {"1:5": 0.5, "3:8": 1.0, "4:4": 0.2})]
    old = [cell("old", 7, {"3:9": 0.4, "1:5": 0.5})]
    found = compare(new, old, "ndcg@10", by_user=True)
    assert found is not None
    assert (found.paired, found.only_ours, found.only_theirs) == (2, 1, 0)
    assert found.difference.value == pytest.approx(0.3)  # (0 + 0.6) / 2


def test_cells_without_a_common_case_are_not_compared() -> None:
    assert compare([cell("a", 7, {"1:1": 0.5})], [cell("b", 7, {"1:2": 0.5})], "ndcg@10") is None


def test_cells_of_other_catalogues_are_refused() -> None:
    other = cell("old", 7, {"1:5": 0.5}) | {"catalogue": "another"}
    with pytest.raises(SystemExit, match="different catalogues"):
        compare([cell("new", 7, {"1:5": 0.5})], [other], "ndcg@10")


def test_the_best_baseline_is_the_best_over_all_seeds() -> None:
    cells = [cell("new", 7, {"1:5": 0.3, "2:6": 0.1}), cell("new", 8, {"1:4": 0.2, "2:3": 0.2})]
    assert best_baseline(cells, "ndcg@10") == "itemknn"
    assert against(cells, "itemknn", "ndcg@10").value == pytest.approx(2.0)


def test_the_table_says_how_many_cases_were_paired_and_which_were_not() -> None:
    new = cell("new", 7, {"1:5": 0.5, "2:6": 0.4, "3:8": 1.0})
    old = cell("old", 7, {"1:5": 0.4, "2:6": 0.2})
    text = markdown(figures(["new", "old"], [new, old]) | {"notes": ["new: of another state"]})
    pooled = next(line for line in text.splitlines() if line.startswith("| pooled |"))
    assert "+0.1500" in pooled
    assert "| 2 | 1, 0 |" in pooled
    assert "| pooled, by user |" in text
    assert "leave-last-out (basket completion)" in text
    assert "- new: of another state" in text
