"""Which members can learn from a data set, and what is said of those that cannot."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from beholder.blending import members
from beholder.blending.members import check_names, installed, members_of
from beholder.dataset.dataset import Dataset, Modality
from beholder.errors import MissingExtraError, UsageError
from beholder.models.registry import MODELS
from beholder.models.visual_knn import VisualKNN
from beholder.training.auto import Budget, fit_auto
from planted import World, dataset_of, nothing


def names(dataset: Dataset, wanted: tuple[str, ...] = ()) -> list[str]:
    return [member.name for member in members_of(dataset, wanted)[0]]


def three_encoders(world: World) -> Dataset:
    """Two encoders that see different halves of the looks, and one that sees noise."""
    dataset = dataset_of(world)
    present = np.ones(dataset.n_items, bool)
    noise = np.random.default_rng(4).normal(size=world.looks.shape).astype(np.float32)
    seen = {"left": world.looks[:, :12], "noise": noise, "right": world.looks[:, 12:]}
    pictures = {
        name: Modality.of_rows(np.ascontiguousarray(v), present) for name, v in seen.items()
    }
    return replace(dataset, pictures=pictures)


def test_every_model_that_can_learn_is_a_member_or_said_to_be_left_out(world: World) -> None:
    dataset = dataset_of(world)
    found, left_out = members_of(dataset)
    every = {name for name, model in MODELS.items() if model.card.part == "member"}
    there = {member.card.name for member in found}
    said = {name for note in left_out for name in re.split(" (?:is|are) left", note)[0].split(", ")}
    assert there | said == every
    assert not there & said
    by_torch = {name for name, model in MODELS.items() if model.card.needs == "torch"}
    assert said == {"variants", "numbers"} | (set() if installed("torch") else by_torch)
    assert "variants is left out: there are no products" in left_out


def test_a_model_of_pictures_is_one_member_for_each_encoder(world: World) -> None:
    dataset = three_encoders(world)
    expected = ["visual-knn:left", "visual-knn:noise", "visual-knn:right"]
    assert names(dataset, ("visual-knn",)) == expected
    assert names(dataset, ("visual-knn:right",)) == ["visual-knn:right"]
    for member in members_of(dataset, ("visual-knn",))[0]:
        modality = member.name.split(":")[1]
        assert {trial.modality for trial in member.trials} == {modality}
        assert len(member.trials) == len(VisualKNN.card.trials)


def test_three_encoders_are_fitted_each_on_its_own_vectors_and_all_count(world: World) -> None:
    dataset = three_encoders(world)
    fitted = fit_auto(dataset, Budget(600, seed=1), only=["visual-knn"])
    alone = {record.member: record.ndcg10 for record in fitted.members}
    assert {name for name in alone if name.startswith("visual-knn")} == {
        "visual-knn:left", "visual-knn:noise", "visual-knn:right",
    }  # fmt: skip
    assert min(alone["visual-knn:left"], alone["visual-knn:right"]) > alone["visual-knn:noise"]
    warm = fitted.weights.warm
    assert warm["visual-knn:left"] > 0
    cold = fitted.weights.cold
    assert warm["visual-knn:right"] + cold["visual-knn:right"] > 0
    kernels = {kernel.modality for kernel in fitted.blend.item_item.entry.kernels}
    assert {"left", "right"} <= kernels
    assert set(fitted.likeness) >= {"left", "noise", "right"}


def test_an_encoder_without_vectors_is_refused_by_its_name(world: World) -> None:
    with pytest.raises(UsageError, match="no member 'visual-knn:colou'"):
        members_of(dataset_of(world), ["visual-knn:colou"])
    with pytest.raises(UsageError, match="no member 'itemknn:colour'"):
        members_of(dataset_of(world), ["itemknn:colour"])


def test_a_member_of_an_encoder_is_left_out_where_there_are_no_pictures() -> None:
    found, left_out = members_of(nothing(3), ["visual-knn:colour", "itemknn"])
    assert [member.name for member in found] == ["itemknn"]
    assert left_out == ["visual-knn is left out: there are no vectors of pictures"]


def test_what_is_in_every_blend_is_no_member(world: World) -> None:
    assert not {"popularity", "placement"} & set(names(dataset_of(world)))
    check_names(["popularity", "ials", "visual-knn:colour"])
    with pytest.raises(UsageError, match="no model 'placement'"):
        check_names(["placement"])


def test_a_missing_extra_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VisualKNN, "card", VisualKNN.card._replace(needs="no_such_library"))
    found, left_out = members_of(dataset_of(world))
    assert "visual-knn" not in {member.card.name for member in found}
    assert "visual-knn is left out: it needs pip install 'beholder[no_such_library]'" in left_out
    with pytest.raises(MissingExtraError, match="the model visual-knn needs no_such_library"):
        members_of(dataset_of(world), ["visual-knn", "itemknn"])


def test_what_pytorch_trains_is_left_out_in_one_line_where_it_is_not_installed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(members, "installed", lambda extra: extra != "torch")
    by_torch = [name for name, model in MODELS.items() if model.card.needs == "torch"]
    found, left_out = members_of(dataset_of(world))
    assert not {member.card.name for member in found} & set(by_torch)
    said = f"{', '.join(by_torch)} are left out: they need pip install 'beholder[torch]'"
    assert left_out[-1] == said
    with pytest.raises(MissingExtraError, match="bpr needs torch") as caught:
        check_names(["itemknn", "bpr"])
    assert "pip install 'beholder[torch]'" in str(caught.value.remedy)
