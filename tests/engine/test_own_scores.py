"""What an item scores wherever it stands, by hand: the blend, less dislikes, with rules."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from late_world import made_parts
from msgspec import structs

from beholder.behaviour.history import History
from beholder.engine import overlay
from beholder.engine.overlay import Overlay
from beholder.engine.own_scores import own_scores
from beholder.engine.rerank import Dial
from beholder.engine.slate import Known, Request
from beholder.rules.fit import Fitted
from beholder.rules.lift import Lift
from beholder.scorers.blend import Blend
from beholder.scorers.item_item import ItemItem
from planted import make_world

N = 240
ASKED = np.array([1, 2, 3, 4], np.int32)
NOTHING = np.empty(0, np.int32)


@pytest.fixture(scope="module")
def view() -> Overlay:
    """A bundle of which four items are written down: likes of 0, likenesses, popularity."""
    parts = made_parts(make_world())
    rows, alike = np.zeros((N, N), np.float32), np.zeros((N, N), np.float32)
    rows[0, 1:5] = [0.8, 0.4, 0.2, -0.5]
    alike[9, [1, 4]], alike[10, [1, 2]] = [0.5, 1.0], [0.25, 1.0]
    popularity = np.zeros(N, np.float32)
    popularity[1:5] = [0.5, 1.0, 0.0, 0.25]
    weights = structs.replace(parts.choice.weights, top=2.0, dislike=0.5, popularity=0.1)
    parts = replace(
        parts,
        blend=Blend(ItemItem(sp.csr_array(rows)), np.float32(0.01) * popularity),
        similar=sp.csr_array(alike),
        popularity=popularity,
        choice=structs.replace(parts.choice, weights=weights),
    )
    return overlay.bare(parts)


def request(view: Overlay, liked: list[int], disliked: list[int], *lifts: Lift) -> Request:
    n = len(liked)
    history = History(
        np.array(liked, np.int32),
        np.zeros(n, np.int64),
        np.ones(n, np.float32),
        np.array(disliked, np.int32),
    )
    known = Known(history, view.blend.ask(history))
    level = "personal" if n else "popular"
    reading = view.blend.read(known.query)
    return Request(known, level, 4, view.shown, reading, Fitted(lifts=lifts), Dial())


def masked(*positions: int) -> np.ndarray:
    mask = np.zeros(N, bool)
    mask[list(positions)] = True
    return mask


def test_a_score_is_that_of_the_blend_where_nothing_else_is_known(view: Overlay) -> None:
    found = own_scores(request(view, [0], []), view, ASKED)
    # What 0 says of them, and a hundredth of their popularity.
    np.testing.assert_allclose(found.blend, [0.805, 0.41, 0.2, -0.4975], rtol=1e-6)
    np.testing.assert_array_equal(found.scores, found.blend)
    assert found.taken.tolist() == [0.0] * 4
    assert found.by.tolist() == [-1] * 4
    assert found.rules == ()


def test_a_stranger_scores_by_the_weight_of_popularity(view: Overlay) -> None:
    found = own_scores(request(view, [], []), view, ASKED)
    np.testing.assert_allclose(found.scores, [0.05, 0.1, 0.0, 0.025], rtol=1e-6)


def test_the_nearest_dislike_takes_its_part_and_is_named(view: Overlay) -> None:
    found = own_scores(request(view, [0], [9, 10]), view, ASKED)
    # Half of the score times the square of the likeness: 0.5 with 9, 1.0 with 10; below 0: none.
    np.testing.assert_allclose(found.taken, [0.805 / 8, 0.41 / 2, 0, 0], rtol=1e-6)
    np.testing.assert_allclose(found.scores, found.blend - found.taken, rtol=1e-6)
    assert found.by.tolist() == [9, 10, -1, -1]
    assert found.scores[1] == pytest.approx(0.205)


def test_dislikes_take_from_the_popularity_of_somebody_who_liked_nothing(view: Overlay) -> None:
    found = own_scores(request(view, [], [10]), view, ASKED)
    np.testing.assert_allclose(found.scores, [0.05 - 0.05 / 32, 0.05, 0.0, 0.025], rtol=1e-6)


def test_every_rule_adds_its_part_of_a_good_score_and_is_named(view: Overlay) -> None:
    up, down = Lift("up", 0.5, masked(1, 3)), Lift("down", -0.25, masked(3, 4))
    other = Lift("other", 0.5, masked(100))  # touches none of those that are asked for
    found = own_scores(request(view, [0], [], up, other, down), view, ASKED)
    # A good score is 2: one up, half down.
    assert [one.name for one in found.rules] == ["up", "down"]
    assert [one.values.tolist() for one in found.rules] == [[1, 0, 1, 0], [0, 0, -0.5, -0.5]]
    np.testing.assert_allclose(found.scores, found.blend + np.array([1, 0, 0.5, -0.5]), rtol=1e-6)


def test_a_good_score_of_a_stranger_is_that_of_the_most_popular(view: Overlay) -> None:
    found = own_scores(request(view, [], [], Lift("up", 0.5, masked(3))), view, ASKED)
    # The most popular scores 0.1.
    np.testing.assert_allclose(found.scores, [0.05, 0.1, 0.05, 0.025], rtol=1e-6)


def test_dislikes_and_rules_do_not_hang_on_each_other(view: Overlay) -> None:
    up = Lift("up", 0.5, masked(1))
    found = own_scores(request(view, [0], [9], up), view, ASKED)
    assert found.scores[0] == pytest.approx(0.805 - 0.805 / 8 + 1)  # of the blend, not of the sum


def test_of_no_item_nothing_is_said(view: Overlay) -> None:
    for liked, disliked in (([], []), ([0], [9])):
        found = own_scores(request(view, liked, disliked), view, NOTHING)
        assert len(found.scores) == len(found.blend) == len(found.taken) == len(found.by) == 0
