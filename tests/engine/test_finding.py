"""What is found without a history, by hand: alike and liked together, words and pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from late_world import made_parts

from beholder.engine import overlay
from beholder.engine.answer import Reason
from beholder.engine.finding import Found, as_answer, listed, scores_of, similar_to
from beholder.engine.overlay import Overlay
from beholder.engine.wording import word_scores
from beholder.scorers.blend import Blend
from beholder.scorers.item_item import ItemItem
from planted import WORDS, World, make_world

N = 240
KNOWN, NEW = 0, 6


@pytest.fixture(scope="module")
def drawn() -> World:
    return make_world()


@pytest.fixture(scope="module")
def view(drawn: World) -> Overlay:
    """A bundle in which what two items are like, and are liked with, is written down."""
    parts = made_parts(drawn)
    alike, together = np.zeros((N, N), np.float32), np.zeros((N, N), np.float32)
    alike[KNOWN, [1, 2, 5]] = [0.5, 0.3, 0.1]
    together[KNOWN, [2, 3, 5]] = [0.2, 0.4, -0.4]
    together[[1, 4], KNOWN] = 9.0  # what others say of it says nothing of them
    alike[NEW] = alike[KNOWN]
    together[NEW] = together[KNOWN]
    known = np.ones(N, bool)
    known[NEW] = False
    blend = Blend(ItemItem(sp.csr_array(together)), np.ones(N, np.float32))
    parts = replace(parts, similar=sp.csr_array(alike), known=known, blend=blend)
    return overlay.bare(parts, "20260101T000000-0001")


def told(found: Found) -> dict[int, float]:
    return {p: pytest.approx(s) for p, s in zip(*(one.tolist() for one in found[:2]), strict=True)}


def test_likeness_and_being_liked_together_count_half_each(view: Overlay) -> None:
    found = similar_to(view, KNOWN, 20, view.shown)
    # The most that is liked together counts 1; 5 is liked less together than it is alike.
    assert told(found) == {3: 0.5, 2: (0.3 + 0.2 / 0.4) / 2, 1: 0.25}
    assert found[0].tolist() == [3, 2, 1]


def test_of_an_item_that_nobody_touched_likeness_alone_counts(view: Overlay) -> None:
    assert told(similar_to(view, NEW, 20, view.shown)) == {1: 0.5, 2: 0.3, 5: 0.1}


def test_so_many_of_the_allowed_ones_are_listed(view: Overlay) -> None:
    mask = view.shown.copy()
    mask[1] = False
    assert similar_to(view, NEW, 1, mask)[0].tolist() == [2]
    assert similar_to(view, NEW, 20, np.zeros(N, bool))[0].tolist() == []


def test_an_item_that_is_like_itself_is_not_listed(view: Overlay) -> None:
    rows = view.blend.item_item.rows.toarray()
    rows[KNOWN, KNOWN] = 5.0  # as rows are that a model of one's own may give
    blend = Blend(ItemItem(sp.csr_array(rows)), view.blend.base)
    other = overlay.bare(replace(view.parts, blend=blend))
    assert KNOWN not in similar_to(other, KNOWN, 20, other.shown)[0].tolist()


def test_an_item_that_nothing_is_like_and_nothing_is_liked_with_has_an_empty_list(
    view: Overlay,
) -> None:
    assert similar_to(view, 100, 20, view.shown)[0].tolist() == []


# -- searches -------------------------------------------------------------------------------


def test_words_and_a_picture_together_are_the_sum_of_both(view: Overlay, drawn: World) -> None:
    looks = {"colour": drawn.looks[8]}
    words = word_scores(view, WORDS[3])
    like = view.content.spaces["colour"].similar(drawn.looks[8:9])[0]
    assert (like < -0.1).any()
    expected = words + np.maximum(like, 0)
    found, scores, _ = listed(view, scores_of(view, WORDS[3], looks), N, view.shown)
    np.testing.assert_allclose(scores, expected[found], rtol=1e-5)
    assert set(found.tolist()) == set(np.flatnonzero(expected > 0).tolist())
    assert (np.diff(scores) <= 0).all()
    # A picture that looks otherwise takes nothing from what the words named.
    unlike = (words > 0) & (like < 0)
    assert unlike.any()
    np.testing.assert_allclose(expected[unlike], words[unlike])


def test_words_alone_find_what_they_name_and_nothing_else(view: Overlay, drawn: World) -> None:
    found = listed(view, scores_of(view, WORDS[3], {}), N, view.shown)
    assert sorted(found.positions.tolist()) == np.flatnonzero(drawn.taste == 3).tolist()


@pytest.mark.parametrize("words", [None, "", "  "])
def test_a_picture_alone_is_searched_by_where_there_are_no_words(
    view: Overlay, drawn: World, words: str | None
) -> None:
    found, scores, _ = listed(
        view, scores_of(view, words, {"colour": drawn.looks[8]}), 5, view.shown
    )
    assert found[0] == 8
    assert scores[0] == pytest.approx(1, abs=1e-5)
    like = view.content.spaces["colour"].similar(drawn.looks[8:9]).max(axis=0)
    assert set(found.tolist()) == set(np.argsort(-like)[:5].tolist())


def test_vectors_of_an_encoder_that_no_item_has_say_nothing(view: Overlay) -> None:
    strange = {"other": np.ones(24, np.float32)}
    assert listed(view, scores_of(view, None, strange), 5, view.shown)[0].tolist() == []
    expected = listed(view, scores_of(view, WORDS[1], {}), 5, view.shown)
    assert (
        listed(view, scores_of(view, WORDS[1], strange), 5, view.shown)[0].tolist()
        == expected[0].tolist()
    )


# -- as an answer ---------------------------------------------------------------------------


def test_what_was_found_is_shown_in_its_order_with_its_scores(view: Overlay) -> None:
    found = Found(np.array([7, 3], np.int32), np.array([0.75, 0.25], np.float32))
    open_ = view.shown, view.shown
    answer, other = as_answer(view, found, *open_), as_answer(view, found, *open_)
    assert answer.ids == ["7", "3"]
    assert [item.score for item in answer.items] == [0.75, 0.25]
    assert {item.reason for item in answer.items} == {Reason("similar")}
    assert (answer.bundle, answer.level) == ("20260101T000000-0001", "similar")
    assert answer.next is None
    assert answer.answer != other.answer
    assert len(bytes.fromhex(answer.answer)) == 8  # as the store keeps it
