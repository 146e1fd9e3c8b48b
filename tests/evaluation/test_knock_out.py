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
from beholder.evaluation.knock_out import PARTS, _shuffled, check, separable
from beholder.spaces import Modality
from beholder.training.auto import Budget, fit_auto
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
    found = asked(world("words"), ["behaviour", "members", "itemknn", "sequence"])
    rows = {row.model: row for row in found.rows}
    learned = {one.member for one in found.members} - {"placement"}
    assert {f"auto without the member {name}" for name in learned} <= rows.keys()
    auto, lesser = rows["auto"], rows["auto without behaviour"]
    assert lesser.lost[0] == pytest.approx(auto.ndcg10 - lesser.ndcg10)
    assert lesser.lost[1] <= lesser.lost[0] <= lesser.lost[2]
    assert sum("the member itemknn" in one for one in found.without) == 1
    assert found.without[-1] == (
        "without sequence: there is none in this blend, so nothing is lost"
    )


def test_what_no_member_reads_is_not_called_as_good() -> None:
    found = evaluate(
        world("words"), "cold-items", seed=1, budget=5, models=["words"], without=["pictures"]
    )
    assert found.without[0] == (
        "without pictures: no model that reads them is in the blend, so nothing is lost"
    )


def test_members_without_weight_are_named_as_such() -> None:
    found = evaluate(
        world("words"), "cold-items", seed=1, budget=60, models=LIGHT, without=["members"]
    )
    silent = {f"the member {one.member}" for one in found.members if not (one.warm or one.cold)}
    silent -= {"the member placement"}
    named = {
        one.split(": ")[0].removeprefix("without ")
        for one in found.without
        if "had no weight" in one
    }
    assert named == silent
    assert silent, "or this shows nothing"


def test_without_the_only_member_popularity_is_left() -> None:
    dataset = dataset_of(make_world(n_users=200))
    found = evaluate(
        dataset, "leave-last-out", seed=1, budget=5, models=("itemknn",), without=["itemknn"]
    )
    rows = {row.model: row.ndcg10 for row in found.rows}
    assert rows["auto without the member itemknn"] == pytest.approx(rows["popularity"], abs=0.02)


@pytest.mark.parametrize("step", ["weigh all", "fit again", "none"])
def test_to_take_nothing_away_changes_nothing(step: str) -> None:
    dataset, only = dataset_of(make_world(n_users=320)), ["itemknn", "words", "ease"]
    plan = fit_auto(dataset, Budget(60, 1), only=only).plan
    if step != "none":
        plan |= {step: 0}
        plan |= {"trial 0 of ease": 1}
    whole = fit_auto(dataset, Budget(60, 1, plan), only=only)
    same = whole.without("nobody")
    assert same is not None
    assert same.weights == whole.weights
    people = dataset.log.histories
    ours, theirs = (one.blend.scores(one.blend.ask(people)) for one in (whole, same))
    np.testing.assert_array_equal(ours, theirs)


def test_pictures_of_others_are_those_of_one_other_item_to_every_encoder() -> None:
    whole = dataset_of(make_world())
    (name, one), *_ = whole.pictures.items()
    some = np.arange(whole.n_items) % 3 > 0
    few = Modality.of_rows(one.vectors[some] * 2, some)
    dealt = _shuffled(replace(whole, pictures={name: one, "few": few}), seed=4).pictures
    whose = [np.flatnonzero((one.vectors == own).all(axis=1))[0] for own in dealt[name].vectors]
    assert not (np.array(whose) == np.arange(whole.n_items)).any()
    for place, row in zip(np.flatnonzero(dealt["few"].present), dealt["few"].vectors, strict=True):
        np.testing.assert_array_equal(row, dealt[name].vectors[place] * 2)


def test_networks_of_pictures_and_words_are_left_out_where_one_half_is_taken_away() -> None:
    whole = dataset_of(make_world())
    mixed = replace(
        whole, pictures={**whole.pictures, "own:mmcnn-ab12": next(iter(whole.pictures.values()))}
    )
    apart, said = separable(mixed, ["words"])
    assert apart.pictures.keys() == whole.pictures.keys()
    assert said[0].startswith("own:mmcnn-ab12: left out of everything here")
    assert separable(mixed, ["itemknn"]) == (mixed, [])


def test_what_is_no_part_is_refused_with_those_that_are() -> None:
    with pytest.raises(UsageError, match="nothing 'smells' to take away") as refused:
        check(["pictures", "smells"])
    assert all(part in refused.value.remedy for part in PARTS)
