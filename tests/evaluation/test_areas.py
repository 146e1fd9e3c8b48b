"""AUC of each case against every score of the model, as scikit-learn has it."""

from __future__ import annotations

import numpy as np
from sklearn.metrics import roc_auc_score

from beholder.dataset.cold_users import cold_users
from beholder.dataset.splits import Split, cold_items, next_basket
from beholder.engine.engine import Engine
from beholder.evaluation import areas as module
from beholder.evaluation import ask
from beholder.evaluation.areas import areas
from planted import World, dataset_of


def expected(reader: Engine, split: Split) -> list[float]:
    """Score one person after the other, and drop what may not be recommended."""
    blend, found = reader.parts.blend, []
    for case in range(len(split.cases)):
        history = split.cases.history(case)
        scores = blend.scores(blend.ask(history))[0]
        if not len(history):
            scores = reader.parts.popularity
        able = split.pool.copy()
        able[history.items] = able[history.seen] = able[history.disliked] = False
        right = np.isin(np.arange(len(scores)), split.cases.target(case))
        found.append(roc_auc_score(right[able], scores[able]))
    return found


def test_right_answers_stand_as_high_as_scikit_learn_says(reader: Engine, world: World) -> None:
    dataset = dataset_of(world)
    for split in (next_basket(dataset), cold_items(dataset, seed=2)):
        theirs = expected(reader, split)
        np.testing.assert_allclose(areas(reader.parts, split), theirs, atol=1e-6)
        assert np.mean(theirs) > 0.6


def test_strangers_are_scored_by_what_is_popular(reader: Engine, world: World) -> None:
    split = cold_users(dataset_of(world), seed=1).asked[0]
    np.testing.assert_allclose(areas(reader.parts, split), expected(reader, split), atol=1e-6)


def test_a_few_at_a_time_are_the_same(reader: Engine, world: World, monkeypatch) -> None:
    split = next_basket(dataset_of(world))
    at_once = areas(reader.parts, split)
    monkeypatch.setattr(module, "AT_ONCE", 3 * reader.parts.blend.n_items)
    np.testing.assert_array_equal(areas(reader.parts, split), at_once)


def test_what_may_not_be_recommended_is_below_all_others(reader: Engine, world: World) -> None:
    split = next_basket(dataset_of(world))
    pool = split.pool.copy()
    pool[split.cases.target(0)] = False
    narrow = Split(split.name, split.train, split.cases, pool)
    assert areas(reader.parts, narrow)[0] == 0
    assert ask.lists(reader.parts, narrow)[0].min() >= 0
