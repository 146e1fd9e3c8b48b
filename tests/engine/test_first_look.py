"""Strangers see what the bundle says: its popularity, varied as far as was chosen."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from beholder.bundle.choice import Choice, FirstLook
from beholder.engine.engine import Engine
from beholder.engine.variety import varied
from planted import World


def engine_with(reader: Engine, among: int, popularity: np.ndarray | None = None) -> Engine:
    parts = reader.parts
    choice = msgspec.structs.replace(parts.choice, first_look=FirstLook(7.0, among))
    popularity = parts.popularity if popularity is None else popularity
    return Engine(replace(parts, choice=choice, popularity=popularity))


def places(engine: Engine, **asked: object) -> np.ndarray:
    answer = engine.recommend(k=240, **asked)
    return np.array([int(item[-4:]) for item in answer.ids])


@pytest.mark.parametrize("among", [0, 10, 50, 240])
def test_so_many_of_the_most_popular_are_varied_and_no_more(reader: Engine, among: int) -> None:
    parts = reader.parts
    popular = np.lexsort((parts.blend.ties, -parts.popularity))
    found = places(engine_with(reader, among))
    np.testing.assert_array_equal(found[among:], popular[among:])
    assert sorted(found[:among]) == sorted(popular[:among])
    assert (found != popular).any() == (among > 0)


def test_a_bundle_that_says_nothing_of_strangers_varies_240() -> None:
    older = msgspec.json.decode(
        b'{"weights": {"scale": {}, "warm": {}, "cold": {}}, "catalogue_version": 3}', type=Choice
    )
    assert older.first_look == FirstLook(half_life_days=None, among=240)
    assert msgspec.json.decode(msgspec.json.encode(older), type=Choice) == older


@pytest.mark.parametrize("among", [0, 20])
def test_list_score_and_explanation_go_by_the_popularity_of_strangers(
    reader: Engine, world: World, among: int
) -> None:
    other = np.random.default_rng(3).random(240).astype(np.float32)
    engine = engine_with(reader, among, other)
    view, shown = engine.now_showing, np.ones(240, bool)
    expected = varied(other, shown, view.content, view.blend.ties, among)
    np.testing.assert_array_equal(places(engine), expected)
    scores = engine.score([world.item_id(i) for i in range(240)])
    size = np.float32(reader.parts.choice.weights.popularity)
    np.testing.assert_allclose(list(scores.values()), size * other, rtol=1e-6)
    for item in (world.item_id(5), world.item_id(77)):
        assert engine.explain(item).score == pytest.approx(scores[item])
        assert engine.explain(item).base == pytest.approx(scores[item])
    # Who is known is answered by the blend, whatever strangers see.
    told = [world.item_id(8), world.item_id(17)]
    assert engine.recommend(history=told).items == reader.recommend(history=told).items


def test_a_dislike_lowers_what_is_like_it_in_the_order_of_strangers(
    reader: Engine, world: World
) -> None:
    before = places(reader)
    sour = int(before[0])
    after = places(reader, history=[{"item": world.item_id(sour), "kind": "dislike"}])
    assert sour not in after
    same = world.taste[before] == world.taste[sour]
    others = before[~same]
    kept = after[world.taste[after] != world.taste[sour]]
    rank = {int(item): place for place, item in enumerate(kept)}
    moved = [abs(rank[int(item)] - place) for place, item in enumerate(others[:30])]
    assert np.median(moved) <= 2
    stood = {int(item): place for place, item in enumerate(before)}
    stands = {int(item): place for place, item in enumerate(after)}
    fallen = [stands[item] - stood[item] for item in before[same][1:6].tolist()]
    assert np.mean(fallen) > 5


@pytest.mark.parametrize("n", [3, 30])
def test_a_small_catalogue_is_shown_whole(reader: Engine, n: int) -> None:
    mask = np.zeros(240, bool)
    mask[:n] = True
    engine = engine_with(reader, 240)
    view = engine.now_showing
    small = replace(view, shown=mask)
    assert sorted(small.order) == list(range(n))
    assert (np.diff(small.falling) <= 0).all()
