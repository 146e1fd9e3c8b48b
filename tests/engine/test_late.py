"""Late items are scored by the same rules as items that were new when the bundle was made."""

from __future__ import annotations

import numpy as np
import pytest
from late_world import USUAL, Catalogue, Put, Taste, by_id, made_parts, scores_of

from beholder.bundle.parts import Parts
from beholder.engine import overlay
from beholder.engine.overlay import FRESH
from planted import WORDS, World

TUNED = Taste(2.0, 3.0, {"colour": 0.5, "words": 1.0}, 2.0)


@pytest.fixture(scope="module")
def parts(world: World) -> Parts:
    return made_parts(world)


def late(number: int, world: World) -> Put:
    """A late item with words and a picture of its own, of the taste of its number."""
    return Put(1000 + number, f"late {WORDS[number % 8]}", f"late {number}")


def with_looks(catalogue: Catalogue, world: World, count: int) -> Catalogue:
    rng = np.random.default_rng(11)
    for number in range(count):
        like = world.looks[world.taste == number % 8].mean(axis=0)
        catalogue.looks[f"late {number}"] = (like + rng.normal(0, 0.5, 24)).astype(np.float32)
    return catalogue


@pytest.mark.parametrize(
    "taste",
    [
        USUAL,
        TUNED,
        USUAL._replace(factors=True),
        TUNED._replace(factors=True),
        USUAL._replace(metric=True),
    ],
    ids=["usual", "tuned", "with vectors", "tuned, with vectors", "with a metric"],
)
def test_a_late_item_scores_like_its_twin_in_the_bundle(world: World, taste: Taste) -> None:
    catalogue = Catalogue(made_parts(world, taste), world)
    new = np.flatnonzero(world.new)
    n = len(world.taste)
    view = catalogue.put(*(Put(1000 + i, world.texts[i], f"of {i}") for i in new.tolist()))
    assert view.n_late == len(new)
    for user in range(0, 60, 3):
        own = world.items[world.users == user].tolist()
        scores = scores_of(view, own)
        np.testing.assert_allclose(scores[n:], scores[new], rtol=1e-3, atol=1e-4)
        assert np.abs(scores[n:]).max() > 0.01
    for index, item in enumerate(new.tolist()):  # and as history it means the same
        twin, found = scores_of(view, [item]), scores_of(view, [n + index])
        known = ~world.new
        np.testing.assert_allclose(found[:n][known], twin[:n][known], rtol=1e-3, atol=1e-4)


def test_who_likes_a_late_item_is_shown_what_it_is_like(world: World) -> None:
    """A twin of an item that people had touched names that item among the first."""
    catalogue = Catalogue(made_parts(world), world)
    known, n = np.flatnonzero(~world.new)[::9], len(world.taste)
    puts = [Put(1000 + i, world.texts[i], f"of {i}") for i in known.tolist()]
    view = catalogue.put(*puts)
    ranks = []
    for index, item in enumerate(known.tolist()):
        found = scores_of(view, [n + index])[:n]
        ranks.append(int((found > found[item]).sum()))
    assert np.median(ranks) <= 2


# -- two layers -----------------------------------------------------------------------------


def test_after_a_hundred_fresh_items_the_next_one_seals_them(parts: Parts, world: World) -> None:
    catalogue = with_looks(Catalogue(parts, world), world, FRESH + 2)
    view = catalogue.put(*(late(i, world) for i in range(FRESH)))
    assert (FRESH, view.n_late, view.n_sealed) == (100, 100, 0)
    assert len(view.blend.item_item.layers) == 1
    view = catalogue.put(late(FRESH, world))
    assert (view.n_late, view.n_sealed) == (101, 101)
    assert len(view.blend.item_item.layers) == 1
    view = catalogue.put(late(FRESH + 1, world))
    assert (view.n_late, view.n_sealed) == (102, 101)
    assert len(view.blend.item_item.layers) == 2


@pytest.mark.parametrize("factors", [False, True])
def test_a_sealed_and_a_fresh_layer_answer_as_one(world: World, factors: bool) -> None:
    parts = made_parts(world, Taste(factors=factors))
    count = FRESH + 20
    two, one = (with_looks(Catalogue(parts, world), world, count) for _ in range(2))
    two.put(*(late(i, world) for i in range(FRESH + 1)))
    layered = two.put(*(late(i, world) for i in range(FRESH + 1, count)))
    at_once = one.put(*(late(i, world) for i in range(count)))
    assert len(layered.blend.item_item.layers) == 2
    assert len(at_once.blend.item_item.layers) == 1
    n = len(world.taste)
    told = [[3, 11, 40], [n + 5, 8], [n + FRESH + 3], [n + 2, n + FRESH + 9, 77]]
    for items in told:
        expected, found = scores_of(at_once, items), scores_of(layered, items)
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-5)
        assert np.abs(found[n:]).max() > 0
    a, b = (
        np.array([overlay_row(view, p) for p in (7, n + 4, n + FRESH + 6)])
        for view in (layered, at_once)
    )
    np.testing.assert_allclose(a, b, atol=1e-5)


def overlay_row(view: overlay.Overlay, position: int) -> np.ndarray:
    """Return what is alike to one position."""
    from beholder.scorers.interface import Query

    one = Query(np.array([position], np.int32), np.ones(1, np.float32), np.array([0, 1]))
    return view.similar.scores(one)[0]


def test_one_item_at_a_time_gives_the_same_as_all_in_one_step(parts: Parts, world: World) -> None:
    """New, changed, hidden and deleted ones, beyond the first seal."""
    count = FRESH + 10
    steps, one = (with_looks(Catalogue(parts, world), world, count) for _ in range(2))
    changes = [late(i, world) for i in range(count)]
    for change in changes:
        steps.put(change)
    one.put(*changes)
    last = [
        Put(5, "renamed amber", "of 77"),
        Put(1003, f"late {WORDS[6]}", "of 14"),
        Put(1007, "", None, deleted=True),
        Put(9, world.texts[9], "of 9", hidden=True),
    ]
    for change in last:
        steps.put(change)
    one.put(*last)
    a, b = steps.view, one.view
    assert (a.n_late, a.position_of_id) == (b.n_late, b.position_of_id)
    np.testing.assert_array_equal(a.shown, b.shown)
    for history in (["3", "11"], ["1003"], ["5", "1090"], [str(1000 + FRESH + 5)]):
        first, second = by_id(a, history), by_id(b, history)
        assert first == pytest.approx(second, rel=1e-3, abs=1e-5)
        assert max(first.values()) > 0
    for space in ("colour",):
        np.testing.assert_allclose(
            a.content.spaces[space].vectors, b.content.spaces[space].vectors, atol=1e-6
        )


def test_the_order_of_arrival_changes_no_score(parts: Parts, world: World) -> None:
    there, back = (with_looks(Catalogue(parts, world), world, 9) for _ in range(2))
    for number in range(9):
        there.put(late(number, world))
        back.put(late(8 - number, world))
    assert there.view.position_of_id != back.view.position_of_id
    for history in (["3", "11"], ["1003"], ["1000", "1008", "40"]):
        assert by_id(there.view, history) == pytest.approx(
            by_id(back.view, history), rel=1e-4, abs=1e-6
        )


def test_one_more_item_copies_no_matrix_of_the_bundle(parts: Parts, world: World) -> None:
    catalogue = with_looks(Catalogue(parts, world), world, FRESH + 30)
    bare = catalogue.view
    for count in (1, 2, FRESH + 5, FRESH + 6):
        first = catalogue.view.n_late
        view = catalogue.put(*(late(i, world) for i in range(first, count)))
        assert view.n_late == count
        assert view.blend.item_item.rows is parts.blend.item_item.rows
        assert view.similar.rows is bare.similar.rows
        assert view.content.spaces["colour"].whitening is bare.content.spaces["colour"].whitening
    # And of the sealed layer neither.
    before = catalogue.view
    after = catalogue.put(late(FRESH + 6, world))
    assert after.n_sealed == before.n_sealed > 0
    assert after.blend.item_item.layers[0] is before.blend.item_item.layers[0]
    assert after.similar.layers[0] is before.similar.layers[0]


def test_a_fresh_item_that_changes_leaves_the_sealed_layer(parts: Parts, world: World) -> None:
    """Its picture is often encoded after it came; a sealed one's change is told all the same."""
    catalogue = with_looks(Catalogue(parts, world), world, FRESH + 4)
    catalogue.put(*(late(i, world) for i in range(FRESH + 1)))
    before = catalogue.put(*(late(i, world) for i in range(FRESH + 1, FRESH + 4)))
    fresh = late(FRESH + 2, world)._replace(title=f"late {WORDS[5]}")
    after = catalogue.put(fresh)
    assert after.sealed is before.sealed
    assert after.blend.item_item.layers[0] is before.blend.item_item.layers[0]
    sealed = late(1, world)._replace(title=f"late {WORDS[4]}")
    changed = catalogue.put(sealed)
    assert changed.sealed is not after.sealed
    at_once = with_looks(Catalogue(parts, world), world, FRESH + 4)
    rows = {put.seq: put for put in (late(i, world) for i in range(FRESH + 4))}
    expected = at_once.put(*{**rows, fresh.seq: fresh, sealed.seq: sealed}.values())
    for history in (["3", "11"], ["1001"], [fresh.item_id, "40"]):
        told = by_id(changed, history)
        assert told == pytest.approx(by_id(expected, history), rel=1e-3, abs=1e-5)
        assert told != pytest.approx(by_id(before, history), rel=1e-3, abs=1e-5)


def test_a_change_of_nothing_but_the_version_keeps_everything(parts: Parts, world: World) -> None:
    catalogue = Catalogue(parts, world)
    before = catalogue.view
    after = catalogue.put()
    assert after.version == before.version + 1
    assert after.now is before.now
    assert after.cards is before.cards


def test_late_items_of_which_nothing_is_known_have_no_score(parts: Parts, world: World) -> None:
    view = Catalogue(parts, world).put(Put(1000, "zzz", None), Put(1001, "", None))
    assert by_id(view, ["3", "11"])["1000"] == 0
    assert by_id(view, ["3", "11"])["1001"] == 0
    assert not scores_of(view, [240, 241]).any()  # they say nothing, and do no harm
