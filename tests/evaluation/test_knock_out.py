"""What is lost without a part: the one that carries taste is named, and none where none does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.evaluation.evaluate import Evaluation, evaluate
from beholder.evaluation.knock_out import PARTS, check
from planted import dataset_of, make_world

LIGHT = ("itemknn", "words", "visual-knn")


def world(without: str) -> Dataset:
    """Return people whose taste either the words or the pictures show; the other is noise."""
    whole = dataset_of(make_world(n_items=480, n_users=400))
    order = np.random.default_rng(5).permutation(whole.n_items)
    if without == "words":
        return replace(whole, texts=[whole.texts[i] for i in order])
    return replace(
        whole,
        pictures={name: replace(m, vectors=m.vectors[order]) for name, m in whole.pictures.items()},
    )


def asked(dataset: Dataset, without: Iterable[str]) -> Evaluation:
    return evaluate(dataset, "cold-items", seed=1, budget=60, models=LIGHT, without=without)


def verdicts(found: Evaluation) -> dict[str, str]:
    """Return what is said of each part: `worse for certain`, ..."""
    told = [
        re.fullmatch(r"with(?:out)? ([^:]+(?::\w+)?): ([a-z ]+), .*", one) for one in found.without
    ]
    return {match[1]: match[2] for match in told if match}


@pytest.mark.parametrize(("noise", "carries"), [("words", "pictures"), ("pictures", "words")])
def test_the_modality_that_carries_taste_is_named_and_no_other(noise: str, carries: str) -> None:
    found = asked(world(noise), ["pictures", "words"])
    said = verdicts(found)
    assert said[carries] == "worse for certain"
    assert said[noise] != "worse for certain"
    if carries == "pictures":
        assert said["pictures of others"] == "worse for certain"


def test_each_part_is_a_row_that_the_whole_is_compared_with() -> None:
    found = asked(world("words"), ["behaviour", "members", "sequence"])
    rows = {row.model: row for row in found.rows}
    learned = {one.member for one in found.members} - {"placement"}
    assert {f"auto without the member {name}" for name in learned} <= rows.keys()
    auto, lesser = rows["auto"], rows["auto without behaviour"]
    assert lesser.lost[0] == pytest.approx(auto.ndcg10 - lesser.ndcg10)
    assert lesser.lost[1] <= lesser.lost[0] <= lesser.lost[2]
    assert found.without[-1] == (
        "without sequence: there is none in this blend, so nothing is lost"
    )


def test_without_the_only_member_popularity_is_left() -> None:
    dataset = dataset_of(make_world(n_users=200))
    found = evaluate(
        dataset, "leave-last-out", seed=1, budget=5, models=("itemknn",), without=["itemknn"]
    )
    rows = {row.model: row.ndcg10 for row in found.rows}
    assert rows["auto without the member itemknn"] == pytest.approx(rows["popularity"], abs=0.02)


def test_what_is_no_part_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="nothing 'smells' to take away") as refused:
        check(["pictures", "smells"])
    assert all(part in refused.value.remedy for part in PARTS)
