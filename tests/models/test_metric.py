"""A metric of pictures and words that learns what people like together."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from beholder.blending.members import Member, members_of
from beholder.blending.validation import validation
from beholder.dataset.couples import APART, count_couples, couples
from beholder.dataset.dataset import Dataset
from beholder.dataset.interactions import Interactions
from beholder.errors import UsageError
from beholder.models.contract import FitOptions
from beholder.models.metric import LearnedMetric, MetricSettings, learned_map, weights_of
from beholder.scorers.entry import Entry
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays
from beholder.training.auto import Budget, fit_auto
from beholder.training.budget import Clock
from beholder.training.plan import Plan
from beholder.training.tune import Tuner
from planted import dataset_of, make_world
from small_data import per_user, random_dataset


def hidden_taste(n_items: int, n_users: int, seed: int = 4) -> tuple[Dataset, np.ndarray]:
    """Items whose taste is a small part of what they look like, and people of one taste each."""
    rng = np.random.default_rng(seed)
    taste = np.arange(n_items) % 3
    looks = rng.normal(size=(n_items, 12))
    looks[:, :3] += 1.5 * np.eye(3)[taste]
    shades = rng.integers(0, 6, n_items)
    texts = [f"shade{shade} kind{kind}" for shade, kind in zip(shades, taste, strict=True)]
    users = np.repeat(np.arange(n_users), 6)
    items = np.concatenate(
        [rng.choice(np.flatnonzero(taste == user % 3), 6) for user in range(n_users)]
    )
    times = np.tile(np.arange(6) * 1000, n_users)
    weights = np.ones(len(users), np.float32)
    arrays = users.astype(np.int32), items.astype(np.int32), times.astype(np.int64), weights
    log = log_of_arrays(*arrays, n_users, n_items, seed)
    vectors = Modality.of_rows(looks.astype(np.float32), np.ones(n_items, bool))
    return Dataset(log, {"looks": vectors}, texts), taste


def apart(vectors: np.ndarray, taste: np.ndarray) -> float:
    """Return how much more alike items of one taste are than others, on the mean."""
    alike = vectors @ vectors.T
    same = taste[:, None] == taste
    np.fill_diagonal(same, False)
    return float(alike[same].mean() - alike[taste[:, None] != taste].mean())


# -- couples ----------------------------------------------------------------------------------


def by_hand(pairs: Interactions) -> list[tuple[int, int]]:
    found = []
    for own in per_user(pairs):
        for place, (first, _, _) in enumerate(own):
            found += [(first, second) for second, _, _ in own[place + 1 : place + 1 + APART]]
    return sorted(found)


def test_couples_are_what_one_person_liked_within_ten_likes() -> None:
    pairs = random_dataset().interactions
    expected, able = by_hand(pairs), np.ones(pairs.n_items, bool)
    rng = np.random.default_rng(0)
    first, second = couples(pairs, able, 10**6, rng)
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == expected
    assert count_couples(pairs) == len(expected)
    able[[0, 3]] = False
    first, second = couples(pairs, able, 10**6, rng)
    left = [both for both in expected if not {0, 3} & set(both)]
    assert sorted(zip(first.tolist(), second.tolist(), strict=True)) == left
    drawn = couples(pairs, able, 25, rng)
    assert len(drawn[0]) == len(drawn[1]) == 25
    assert set(zip(*(side.tolist() for side in drawn), strict=True)) <= set(left)


# -- the map ----------------------------------------------------------------------------------


def test_contents_stand_side_by_side_and_who_lacks_one_has_the_other_alone() -> None:
    dataset = random_dataset()  # item 4 has no picture
    mapped = learned_map(dataset, MetricSettings(epochs=0), FitOptions())
    metric, spaces = mapped.metric, dataset.content.spaces
    looks, words = (part.directions for part in metric.parts)
    own = spaces["words"].vectors.toarray() @ words
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    seen = spaces["sample"].vectors @ looks
    seen[seen.any(axis=1)] /= np.linalg.norm(seen[seen.any(axis=1)], axis=1, keepdims=True)
    expected = np.hstack([0.7 * seen, own])
    whole = np.sqrt(1 + 0.7**2)
    expected[4] *= np.sqrt(1 / whole)
    expected[np.arange(18) != 4] /= whole
    np.testing.assert_allclose(mapped.vectors, expected, atol=1e-5)
    # Nothing is lost on the way: six numbers of a picture have six directions.
    alike = spaces["sample"].cosines(np.arange(18)) * 0.7**2 + spaces["words"].cosines(
        np.arange(18)
    )
    both = np.arange(18) != 4
    found = mapped.vectors @ mapped.vectors.T * (1 + 0.7**2)
    np.testing.assert_allclose(found[both][:, both], alike[both][:, both], atol=1e-5)


def test_several_encoders_count_as_much_as_one() -> None:
    weights = weights_of(["one", "two", "words"])
    assert weights["words"] == 1
    assert weights["one"] ** 2 + weights["two"] ** 2 == pytest.approx(0.7**2)
    assert weights_of(["one", "words"])["one"] == 0.7


@pytest.mark.parametrize(("n_items", "n_users"), [(30, 40), (300, 400)])
def test_what_people_like_together_comes_nearer(n_items: int, n_users: int) -> None:
    dataset, taste = hidden_taste(n_items, n_users)
    untouched = np.arange(n_items) % 5 == 0  # what it learned holds for items that it never saw
    log = dataset.log
    dataset = dataset.with_log(log.keep(~untouched[log.items]))
    plain, learned = (
        learned_map(dataset, MetricSettings(epochs=epochs), FitOptions()).vectors
        for epochs in (0, 4)
    )
    for some in (untouched, ~untouched):
        assert apart(learned[some], taste[some]) > apart(plain[some], taste[some]) + 0.005


def test_it_learns_of_fitted_items_alone() -> None:
    dataset, _ = hidden_taste(60, 80)
    fitted = np.arange(60) >= 6
    log = dataset.log.keep(fitted[dataset.log.items])
    held_out = replace(dataset.with_log(log), fitted=fitted)
    other = list(held_out.texts)
    other[:6] = ["shade1 kind9 lengthy"] * 6
    one, two = (
        learned_map(each, MetricSettings(epochs=1), FitOptions()).metric
        for each in (held_out, replace(held_out, texts=other))
    )
    np.testing.assert_array_equal(one.matrix, two.matrix)


def test_a_metric_is_written_and_opened(tmp_path: Path) -> None:
    entry = LearnedMetric.fit(random_dataset(), MetricSettings(epochs=1)).entry
    entry.save(tmp_path)
    opened = Entry.load(tmp_path)
    assert opened.kernels == entry.kernels
    (one,), (two,) = entry.spaces.values(), opened.spaces.values()
    assert list(opened.spaces) == ["metric"]
    np.testing.assert_array_equal(one.vectors, two.vectors)
    np.testing.assert_array_equal(one.metric.matrix, two.metric.matrix)
    for ours, theirs in zip(one.metric.parts, two.metric.parts, strict=True):
        assert ours[:2] == tuple(theirs[:2])
        np.testing.assert_array_equal(ours.directions, theirs.directions)
    assert {path.suffix for path in tmp_path.iterdir()} == {".json", ".safetensors"}


# -- the member -------------------------------------------------------------------------------


def test_too_few_couples_to_learn_from_are_counted_and_named() -> None:
    dataset, _ = hidden_taste(30, 10)
    found = count_couples(dataset.interactions)
    told = f"{found} pairs of items were liked by one person, 1024 are needed"
    members, left_out = members_of(dataset, ["metric", "words"])
    assert [member.name for member in members] == ["words"]
    assert left_out == [f"metric is left out: {told}"]
    with pytest.raises(UsageError, match=told):
        fit_auto(dataset, Budget(60, 1), only=["metric"])


def test_hardly_any_items_have_a_metric_that_changes_next_to_nothing() -> None:
    dataset, _ = hidden_taste(3, 4)
    mapped = learned_map(dataset, MetricSettings(), FitOptions())
    assert np.isfinite(mapped.vectors).all()
    assert np.abs(mapped.metric.matrix - np.eye(len(mapped.metric.matrix))).max() < 0.1


def test_settings_are_chosen_by_what_they_say_of_new_items() -> None:
    held = validation(dataset_of(make_world()), seed=1)
    tuner = Tuner(held, Plan(Clock(3600)), FitOptions(1))
    spoilt = MetricSettings(epochs=0, power=0.01)  # everything is as near as everything else
    member = Member("metric", LearnedMetric, (spoilt, MetricSettings(epochs=1)))
    first = tuner.next(member)
    second = tuner.next(member, first)
    assert second.settings == member.trials[1]
    assert second.reached > first.reached
    assert second.tried == 2


def test_it_is_trained_alone_and_weighed_among_others() -> None:
    dataset, taste = hidden_taste(60, 200)
    alone = fit_auto(dataset, Budget(600, 1), only=["metric"])
    assert alone.weights.warm["metric"] > 0
    scores = alone.blend.scores(alone.blend.ask(dataset.log.histories))
    fits = taste[None, :] == (np.arange(200) % 3)[:, None]
    assert scores[fits].mean() > scores[~fits].mean()
    fitted = fit_auto(dataset, Budget(600, 1), only=["itemknn", "words", "metric"])
    told = {one.member: one for one in fitted.members}
    assert told["metric"].warm == 0
    entry = fitted.blend.item_item.entry
    named = {kernel.modality for kernel in entry.kernels}
    assert ("metric" in named) == (told["metric"].cold > 0) == ("metric" in entry.spaces)
    assert fitted.plan["rounds of trial 0 of metric"] == 4
