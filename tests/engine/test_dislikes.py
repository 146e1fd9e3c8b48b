"""Dislikes as a stage: the list that subtracting from every score and sorting gives."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.behaviour.history import History
from beholder.engine.dislikes import MOST, dislikes, penalties
from beholder.engine.engine import Engine
from beholder.engine.rerank import Dial
from beholder.engine.retrieve import run
from beholder.engine.slate import Known, Request, Slate
from beholder.index.best import best
from beholder.rules.fit import Fitted
from planted import World


def history_of(world: World, user: int, disliked: np.ndarray) -> History:
    own = world.items[world.users == user]
    times = world.times[world.users == user]
    weights = np.ones(len(own), np.float32)
    return History(own, times, weights, disliked.astype(np.int32), np.empty(0, np.int32))


def slow_penalties(
    engine: Engine, disliked: np.ndarray, scores: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """What is taken from every score and by which dislike, from dense rows."""
    view = engine.now_showing
    alike = view.parts.similar.toarray()[disliked[-MOST:]]
    nearest = np.maximum(alike.max(axis=0), 0)
    share = engine.parts.choice.weights.dislike
    taken = share * np.maximum(scores, 0) * nearest**2
    return taken, np.where(taken > 0, disliked[-MOST:][alike.argmax(axis=0)], -1)


def drawn(world: World, user: int, number: int) -> np.ndarray:
    """Draw dislikes that are not in the history."""
    rng = np.random.default_rng(user)
    others = np.setdiff1d(np.arange(len(world.taste)), world.items[world.users == user])
    return rng.choice(others, number, replace=False).astype(np.int32)


def slate_of(engine: Engine, history: History, k: int, mask: np.ndarray) -> Slate:
    view = engine.now_showing
    known = Known(history, view.blend.ask(history))
    reading = view.blend.read(known.query)
    request = Request(known, "personal", k, mask, reading, Fitted(), Dial())
    return run(request, view, (dislikes,))


@pytest.mark.parametrize("number", [1, 10, 50, 70])
@pytest.mark.parametrize("share", [1.0, 0.3, 0.05], ids=["all", "some", "few"])
def test_the_list_is_that_of_the_slow_way(
    reader: Engine, world: World, number: int, share: float
) -> None:
    view = reader.now_showing
    moved = 0
    for user in range(0, 160, 4):
        disliked = drawn(world, user, number)
        history = history_of(world, user, disliked)
        mask = np.random.default_rng(user).random(240) < share
        mask[history.items] = False
        mask[disliked] = False
        scores = view.blend.scores(view.blend.ask(history))[0]
        taken, _ = slow_penalties(reader, disliked, scores)
        expected = best(
            np.where(mask, scores - taken, -np.inf).astype(np.float32), 25, view.blend.ties
        )
        slate = slate_of(reader, history, 24, mask)
        assert slate.positions[:25].tolist() == expected.tolist()
        np.testing.assert_allclose(slate.scores[:25], (scores - taken)[expected], atol=1e-5)
        plain = best(np.where(mask, scores, -np.inf), 25, view.blend.ties)
        moved += plain.tolist() != expected.tolist()
        assert (taken[expected] > 0).any()
    assert moved >= 5  # or the dislikes did nothing


def test_base_and_shares_and_adjustments_are_the_score(reader: Engine, world: World) -> None:
    view = reader.now_showing
    for user in range(0, 30, 3):
        history = history_of(world, user, drawn(world, user, 10))
        mask = np.ones(240, bool)
        mask[history.items] = False
        slate = slate_of(reader, history, 20, mask)
        assert [one.name for one in slate.adjustments] == ["dislike"]
        (adjustment,) = slate.adjustments
        assert (adjustment.values <= 0).all()
        assert (adjustment.values < 0).any()
        parts = view.blend.read(view.blend.ask(history)).shares(slate.positions)
        whole = parts.base + parts.values.sum(axis=1) + adjustment.values
        np.testing.assert_allclose(whole, slate.scores, atol=1e-5)


def test_without_dislikes_nothing_is_adjusted(reader: Engine, world: World) -> None:
    history = history_of(world, 3, np.empty(0, np.int32))
    assert slate_of(reader, history, 20, np.ones(240, bool)).adjustments == ()


@pytest.mark.parametrize("number", [1, 10])
def test_each_score_is_lowered_by_the_nearest_dislike(
    reader: Engine, world: World, number: int
) -> None:
    view = reader.now_showing
    disliked = drawn(world, 1, number)
    everything = np.arange(240, dtype=np.int32)
    scores = np.linspace(-1, 3, 240, dtype=np.float32)  # what scores below 0 loses nothing
    found = penalties(view, disliked, everything, scores)
    taken, by = slow_penalties(reader, disliked, scores)
    np.testing.assert_allclose(found.values, taken, rtol=1e-5, atol=1e-7)
    np.testing.assert_array_equal(found.by, by)
    assert (by >= 0).any()
    assert (by[scores > 0] < 0).any() == (number == 1)  # one alone is not like everything


def test_an_explanation_names_the_dislike_that_lowers_the_score(
    reader: Engine, world: World
) -> None:
    disliked = np.flatnonzero(world.taste == 5)[:2]
    told = [{"item": world.item_id(int(i)), "kind": "dislike"} for i in disliked]
    told += [{"item": world.item_id(1), "kind": "like"}]
    like_it = [int(i) for i in np.flatnonzero(world.taste == 5)[2:8]]
    view = reader.now_showing
    known = reader.history_of(None, None, told)[0]
    history, query = known.history, known.query
    assert history.disliked.tolist() == disliked.tolist()
    taken, by = slow_penalties(reader, disliked, view.blend.scores(query)[0])
    for position in like_it:
        explained = reader.explain(world.item_id(position), history=told)
        shares = {share.id: share.share for share in explained.shares}
        assert shares[world.item_id(int(by[position]))] == pytest.approx(-taken[position], rel=1e-4)


def test_only_the_newest_dislikes_act(reader: Engine, world: World) -> None:
    view = reader.now_showing
    disliked = drawn(world, 2, MOST + 20)
    everything, ones = np.arange(240, dtype=np.int32), np.ones(240, np.float32)
    all_of_them = penalties(view, disliked, everything, ones)
    newest = penalties(view, disliked[-MOST:], everything, ones)
    np.testing.assert_array_equal(all_of_them.values, newest.values)
    assert set(all_of_them.by.tolist()) <= {-1, *disliked[-MOST:].tolist()}


def test_a_page_of_a_list_with_dislikes_goes_on_where_the_last_ended(
    reader: Engine, world: World
) -> None:
    told = [{"item": world.item_id(int(i)), "kind": "like"} for i in (1, 9, 17)]
    told += [{"item": world.item_id(int(i)), "kind": "dislike"} for i in (25, 33, 2)]
    whole = reader.recommend(history=told, k=60)
    pages = [reader.recommend(history=told, k=20)]
    while len(pages) < 3:
        pages.append(reader.recommend(history=told, k=20, page=pages[-1].next))
    assert [item for page in pages for item in page.ids] == whole.ids


def test_of_a_like_and_a_dislike_in_one_moment_the_later_one_counts(
    engine: Engine, world: World
) -> None:
    """As it does in a history that is told: the order in which they came decides, not chance."""
    for position in range(0, 60, 3):
        item, now = world.item_id(position), 1_780_000_000_000
        events = [{"item": item, "kind": kind, "time": now} for kind in ("like", "dislike")]
        name = f"of two minds about {position}"
        engine.record([event | {"user": name} for event in events])
        assert item not in engine.recommend(name, k=240, repeat="allow").ids
        told = engine.recommend(history=events, k=240)
        assert engine.recommend(name, k=240).ids == told.ids
