"""Weights where nobody could teach them."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.blending.cold import PLACING
from beholder.blending.kept import USUAL
from beholder.blending.measure import ndcg
from beholder.blending.members import Member, Tuned
from beholder.blending.untaught import EVEN, by_default, even_cold, nothing_but_popularity
from beholder.blending.validation import Validation, validation
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.registry import MODELS
from beholder.scorers.fold import Weights
from beholder.scorers.interface import Floats, Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import FoldIn, Vectors
from planted import dataset_of, make_world


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world(n_users=12)), seed=1)


@pytest.fixture(scope="module")
def counts(held: Validation) -> Floats:
    return counts_of(held.train, PopularitySettings())


def tuned(held: Validation, name: str, scorer: Scorer | None = None) -> Tuned:
    model = MODELS[name]
    settings = model.card.trials[0]
    fitted = scorer or model.fit(held.train, settings)
    return Tuned(Member(name, model, model.card.trials), settings, fitted, np.empty(0))


def members(held: Validation, *names: str) -> dict[str, Tuned]:
    return {name: tuned(held, name) for name in names}


def test_behaviour_counts_as_much_as_content_however_many_learn_from_each(
    held: Validation, counts: Floats
) -> None:
    three = members(held, "itemknn", "session", "words")
    chosen = by_default(held, three, counts)
    assert chosen.weights.warm == {"itemknn": 0.5, "session": 0.5, "words": 1.0}
    assert chosen.weights.popularity == 1e-6
    assert (chosen.kept, chosen.kept_cold) == USUAL
    assert f"{len(held.learn)} cases could be held out, 20 are needed" in chosen.notes[0]
    assert "behaviour and content weigh the same" in chosen.notes[0]
    assert len(chosen.asked) == 0
    alone = by_default(held, members(held, "itemknn"), counts)
    assert alone.weights.warm == {"itemknn": 1.0}


def test_a_member_is_scaled_by_the_mean_of_what_its_items_say_at_best(
    held: Validation, counts: Floats
) -> None:
    n = held.train.n_items
    dense = np.zeros((n, n), np.float32)
    dense[0, [1, 2]], dense[1, 2] = (2.0, 4.0), 8.0  # all other items say nothing
    three = {
        "itemknn": tuned(held, "itemknn", ItemItem(sp.csr_array(dense))),
        "session": tuned(held, "session", ItemItem(sp.csr_array((n, n), dtype=np.float32))),
    }
    scale = by_default(held, three, counts).weights.scale
    assert scale["itemknn"] == 6.0
    assert scale["session"] == 1.0  # nothing to divide by


def test_vectors_slow_every_answer_and_are_left_out_unless_there_is_nothing_else(
    held: Validation, counts: Floats
) -> None:
    n = held.train.n_items
    vectors = Vectors(np.ones((n, 3), np.float32), FoldIn(0.1, 0.003), n_fitted=n)
    both = {"ials": tuned(held, "ials", vectors), **members(held, "itemknn")}
    chosen = by_default(held, both, counts)
    assert chosen.weights.warm == {"itemknn": 1.0}
    assert "ials" not in chosen.weights.cold
    assert "ials is left out: its gain is not certain" in chosen.notes
    alone = by_default(held, {"ials": both["ials"]}, counts)
    assert alone.weights.warm == {"ials": 1.0}
    assert not any("left out" in note for note in alone.notes)


def test_whoever_speaks_of_new_items_weighs_the_same_there_and_what_is_placed_too(
    held: Validation,
) -> None:
    both = members(held, "itemknn", "words")
    weights = Weights({"itemknn": 3.0, "words": 7.0}, {}, {})
    found = even_cold(weights, both, "itemknn")
    assert found.cold == {"words": EVEN, PLACING: EVEN}
    assert found.scale == {"itemknn": 3.0, "words": 7.0, PLACING: 3.0}
    assert even_cold(weights, both, "").cold == {"words": EVEN}
    silent = Weights({"itemknn": 3.0, "words": 0.0}, {}, {})
    assert even_cold(silent, both, "itemknn").cold == {PLACING: EVEN}


def test_what_is_doubted_weighs_only_where_there_is_nothing_else(held: Validation) -> None:
    three = members(held, "itemknn", "words", "metric")
    weights = Weights({"itemknn": 3.0, "words": 7.0, "metric": 2.0}, {}, {})
    assert even_cold(weights, three, "").cold == {"words": EVEN}
    del three["words"]
    assert even_cold(weights, three, "").cold == {"metric": EVEN}


def test_popularity_alone_is_asked_of_the_people_there_are(counts: Floats) -> None:
    held = validation(dataset_of(make_world()), seed=1)
    popular = counts_of(held.train, PopularitySettings())
    chosen = nothing_but_popularity(held, popular)
    assert (chosen.weights.warm, chosen.weights.cold) == ({}, {})
    assert chosen.weights.popularity == 1.0
    assert chosen.notes == ["popularity alone, as asked"]
    expected = ndcg(lambda told: np.tile(popular, (len(told), 1)), held.tune, ~held.cold)
    np.testing.assert_allclose(chosen.asked, expected)
    assert expected.mean() > 0
