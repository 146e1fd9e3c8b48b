"""Pictures alone find the taste for items that nobody has touched; shuffled ones find nothing.

Goal Q6 in small, on the generated gallery, where the taste behind the behaviour is known.
"""

from __future__ import annotations

import numpy as np

from beholder.behaviour.history import History
from beholder.dataset.dataset import Dataset
from beholder.demo.truth import Truth
from beholder.engine.engine import Engine
from beholder.evaluation.ask import plain_items
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto

NAMED = 4  # new pictures recommended to each visitor
MEMBERS = ("itemknn", "visual-knn")


def recommended(dataset: Dataset, new: np.ndarray) -> np.ndarray:
    """Return whether each new picture was recommended to each visitor: bool (visitors, new)."""
    fitted = fit_auto(dataset, Budget(60, seed=3), only=MEMBERS)
    engine = Engine(parts_of(fitted, dataset, plain_items(dataset.n_items), 0))
    pairs = dataset.interactions
    among = np.isin(np.arange(dataset.n_items), new)
    found = np.zeros((pairs.n_users, len(new)), bool)
    for visitor in range(pairs.n_users):
        rows = slice(pairs.indptr[visitor], pairs.indptr[visitor + 1])
        history = History(pairs.items[rows], pairs.times[rows], pairs.weights[rows])
        ranked = engine.rank(engine.now_showing, history, "personal", NAMED, among=among)
        found[visitor] = np.isin(new, ranked.positions)
    assert (found.sum(axis=1) == NAMED).all()
    return found


def p_value(found: np.ndarray, truth: Truth, new: np.ndarray) -> tuple[float, float]:
    """Return how much better than the mean new picture the recommended ones fit, and p.

    Under chance it does not matter which new picture is which.
    """
    liking = truth.affinities(np.arange(len(found)))[:, new]
    liking = liking - liking.mean(axis=1, keepdims=True)
    observed = float(liking[found].mean())
    rng = np.random.default_rng(1)
    null = [liking[:, rng.permutation(len(new))][found].mean() for _ in range(999)]
    return observed, (1 + int(np.sum(np.array(null) >= observed))) / 1000


def test_pictures_alone_find_the_taste_for_new_items(gallery) -> None:
    new = np.flatnonzero(gallery.truth.cold)
    assert gallery.dataset.interactions.item_counts[new].sum() == 0
    assert not any(gallery.dataset.texts)
    better, p = p_value(recommended(gallery.dataset, new), gallery.truth, new)
    assert p <= 0.002
    assert better > 0.1


def test_shuffled_pictures_are_no_better_than_chance(gallery) -> None:
    new = np.flatnonzero(gallery.truth.cold)
    found = [
        p_value(recommended(gallery.shuffled(seed), new), gallery.truth, new)[1]
        for seed in range(2)
    ]
    assert min(found) > 0.025  # 0.05 over two tries
    assert np.median(found) > 0.1
