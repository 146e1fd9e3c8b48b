"""One formula for what a picture is like, alone and with words: the similarity by its encoders."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from late_world import made_parts

from beholder.engine import overlay
from beholder.engine.finding import listed, scores_of
from beholder.engine.looks import alike
from beholder.engine.overlay import Overlay
from beholder.engine.wording import word_scores
from beholder.spaces import Modality, Similarity
from planted import WORDS, World, make_world

N = 240
BARE = np.arange(N) % 8 == 5  # of one taste no item has a picture
PLAIN = (np.arange(N) // 8) % 3 == 1  # a third was not seen by the second encoder


@pytest.fixture(scope="module")
def drawn() -> World:
    return make_world()


@pytest.fixture(scope="module")
def view(drawn: World) -> Overlay:
    turn = np.random.default_rng(5).normal(size=(24, 40)).astype(np.float32)
    content = {
        "colour": Modality.of_rows(drawn.looks, ~BARE),
        "shape": Modality.of_rows(drawn.looks @ turn, ~BARE & ~PLAIN),
        "words": drawn.texts,
    }
    weights = {"colour": 1.0, "shape": 2.0, "words": 1.0}
    alike = Similarity.fit(content, np.ones(N, bool), weights)
    return overlay.bare(replace(made_parts(drawn), content=alike))


def raw_of(world: World, position: int) -> dict[str, np.ndarray]:
    turn = np.random.default_rng(5).normal(size=(24, 40)).astype(np.float32)
    looks = world.looks[position : position + 1]
    return {"colour": looks, "shape": looks @ turn}


def by_hand(view: Overlay, looks: dict[str, np.ndarray]) -> np.ndarray:
    """A third of one encoder and two of the other, which is expected where it is missing."""
    spaces, expectation = view.content.spaces, view.content.expectation
    colour = spaces["colour"].similar(looks["colour"])[0]
    shape = spaces["shape"].similar(looks["shape"])[0]
    line = expectation.lines["colour"]["shape"]
    shape = np.where(PLAIN, line.intercept + line.slope * colour, shape)
    found = (colour + 2 * shape) / 3
    found[BARE] = 0
    return found


def test_a_missing_encoder_is_expected_and_the_same_picture_is_one(
    view: Overlay, drawn: World
) -> None:
    looks = raw_of(drawn, 0)
    found = alike(view.content, looks)
    np.testing.assert_allclose(found, by_hand(view, looks), atol=1e-5)
    assert found[0] == pytest.approx(1, abs=1e-5)
    # An item that half is known of is not as like its own picture as one that is known whole.
    half = int(np.flatnonzero(PLAIN & ~BARE)[0])
    assert 0.2 < alike(view.content, raw_of(drawn, half))[half] < 0.99


def test_words_are_added_to_what_the_picture_alone_says(view: Overlay, drawn: World) -> None:
    looks = raw_of(drawn, 0)
    both, scores, _ = listed(view, scores_of(view, WORDS[3], looks), N, view.shown)
    expected = word_scores(view, WORDS[3]) + np.maximum(by_hand(view, looks), 0)
    np.testing.assert_allclose(scores, expected[both], rtol=1e-4, atol=1e-5)


def test_a_picture_alone_finds_no_item_without_one(view: Overlay, drawn: World) -> None:
    found, scores, _ = listed(view, scores_of(view, None, raw_of(drawn, 0)), N, view.shown)
    expected = by_hand(view, raw_of(drawn, 0))
    assert set(found.tolist()) == set(np.flatnonzero(~BARE & (expected > 0)).tolist())
    np.testing.assert_allclose(scores, expected[found], atol=1e-5)


def test_encoders_without_weight_count_the_same_where_no_other_saw_the_picture(
    view: Overlay, drawn: World
) -> None:
    content = view.content.weighed({"colour": 0.0, "shape": 0.0, "words": 1.0})
    looks = raw_of(drawn, 0)
    even = view.content.weighed({"colour": 1.0, "shape": 1.0, "words": 0.0})
    np.testing.assert_allclose(alike(content, looks), even.similar(looks), atol=1e-6)
