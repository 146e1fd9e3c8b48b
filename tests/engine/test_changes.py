"""What changes in the catalogue is right in the next answer: pictures, prices, hiding, deleting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from late_world import USUAL, WHOLE, Catalogue, Put, by_id, made_parts, scores_of
from msgspec import structs

from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.errors import UnknownItemError
from beholder.store import ItemRecord, Store
from beholder.training.train import train_workspace
from planted import WORDS, World, cache_vectors, make_world, picture, record, workspace_of

MEMBERS = ("itemknn", "visual-knn", "words")


def a_known(world: World, taste: int, number: int = 0) -> int:
    return int(np.flatnonzero((world.taste == taste) & ~world.new)[number])


def a_new(world: World, taste: int) -> int:
    return int(np.flatnonzero((world.taste == taste) & world.new)[0])


def looking_like(world: World, taste: int, seed: int = 3) -> np.ndarray:
    rng = np.random.default_rng(seed)
    looks = world.looks[world.taste == taste].mean(axis=0) + rng.normal(0, 0.1, 24)
    return looks.astype(np.float32)


def repaint(engine: Engine, item: str, title: str, looks: np.ndarray, number: int = 7000) -> None:
    """Give an item another picture, as an upload does: encoded before it is shown."""
    cache_vectors(engine.store.workspace, [picture(number)], looks[None, :])
    engine.store.set_picture_facts({picture(number): (300, 200, "#405060")})
    engine.store.put_items([ItemRecord(item, title, {"price": 10.0}, [picture(number)])])


def tastes_of(world: World, ids: list[str]) -> np.ndarray:
    return world.taste[[int(item[-4:]) for item in ids if item.startswith("item-")]]


# -- another picture ------------------------------------------------------------------------


@pytest.mark.parametrize("new", [False, True], ids=["known", "new"])
def test_an_item_with_another_picture_is_compared_by_it_at_once(
    engine: Engine, world: World, new: bool
) -> None:
    position = a_new(world, 2) if new else a_known(world, 2)
    item = world.item_id(position)
    before = tastes_of(world, engine.similar(item, k=10).ids)
    assert (before == 2).mean() >= 0.5  # by chance: an eighth
    repaint(engine, item, f"plain {WORDS[6]} light", looking_like(world, 6))
    looks = engine.now_showing
    after = engine.similar(item, k=10).ids
    assert (tastes_of(world, after) == 6).mean() >= (0.5 if new else 0.4)
    assert engine.refresh() is not looks
    found = engine.search(picture={"colour": raw_of(engine, 7000)}, k=3).ids
    assert found[0] == item
    assert item in engine.search(WORDS[6], k=60).ids
    assert item not in engine.search(WORDS[2], k=200).ids
    # It comes up among what is like it, and no more among what is not.
    alike = engine.now_showing.similar.rows.toarray()
    assert alike[a_known(world, 6, 3), position] > alike[a_known(world, 2, 3), position]
    np.testing.assert_allclose(
        alike[position, a_known(world, 6, 3)], alike[a_known(world, 6, 3), position]
    )


def raw_of(engine: Engine, number: int) -> np.ndarray:
    from beholder.encoders.registry import vector_cache

    (raw,), _ = vector_cache(engine.store.workspace, "colour").load([picture(number)])
    return raw


def test_a_new_item_with_another_picture_is_recommended_to_others(
    engine: Engine, world: World
) -> None:
    """Nobody touched it, so that content is all that its scores come from."""
    position = a_new(world, 2)
    item = world.item_id(position)

    def score(taste: int) -> float:
        told = [world.item_id(a_known(world, taste, number)) for number in range(4)]
        return engine.score([item], history=told)[item]

    assert score(2) > score(6)
    repaint(engine, item, f"plain {WORDS[6]} light", looking_like(world, 6))
    assert score(6) > score(2)


def test_a_new_item_with_another_picture_speaks_for_what_it_looks_like_now(
    engine: Engine, world: World
) -> None:
    """As history, too: what it said of others came from its picture alone."""
    item = world.item_id(a_new(world, 2))
    assert (tastes_of(world, engine.recommend(history=[item], k=10).ids) == 2).mean() >= 0.6
    repaint(engine, item, f"plain {WORDS[6]} light", looking_like(world, 6))
    assert (tastes_of(world, engine.recommend(history=[item], k=10).ids) == 6).mean() >= 0.6


def test_a_new_item_that_loses_words_and_picture_speaks_for_nothing(world: World) -> None:
    catalogue, position = Catalogue(made_parts(world), world), a_new(world, 2)
    assert catalogue.view.blend.item_item.rows[[position]].nnz
    view = catalogue.put(Put(position, "", None))
    assert not view.blend.item_item.rows[[position]].toarray().any()


def test_what_people_did_with_an_item_stays_when_its_picture_changes(world: World) -> None:
    """Where only behaviour speaks of known items, what they look like changes nothing."""
    parts = made_parts(world)
    known = np.flatnonzero(parts.known)
    catalogue = Catalogue(parts, world)
    before = catalogue.view.blend.item_item.rows[known][:, known].todense()
    view = catalogue.put(Put(a_known(world, 2), f"plain {WORDS[6]}", f"of {a_known(world, 6)}"))
    np.testing.assert_array_equal(view.blend.item_item.rows[known][:, known].todense(), before)


@pytest.mark.parametrize("metric", [False, True], ids=["plain", "with a metric"])
def test_what_an_old_picture_added_is_taken_away_and_what_the_new_one_adds_is_there(
    world: World, metric: bool
) -> None:
    """As if the bundle had been made with it: known and new items, as candidate and as history."""
    taste = USUAL._replace(among_known=True, metric=metric)
    like = {a_known(world, 2): a_known(world, 6), a_new(world, 3): a_known(world, 5, 2)}
    like |= {a_known(world, 1, 4): a_known(world, 1, 5)}
    made, expected = (made_parts(world, taste, like=some).blend for some in (None, like))
    catalogue = Catalogue(made_parts(world, taste), world)
    changed = (Put(i, world.texts[other], f"of {other}") for i, other in like.items())
    after = catalogue.put(*changed).blend
    rows, found, stale = (some.item_item.rows.todense() for some in (expected, after, made))
    assert np.abs(rows - stale)[list(like)].max() > 0.1
    np.testing.assert_allclose(found, rows, atol=2e-5)


@pytest.mark.parametrize("position", [a_known, a_new])
def test_untouched_items_speak_no_more_of_what_an_item_looked_like(
    world: World, monkeypatch: pytest.MonkeyPatch, position: Callable[[World, int], int]
) -> None:
    """Those that are not near it, too: they had it of known items that they are like."""
    monkeypatch.setattr("beholder.engine.late.KEPT", 1)
    taste = USUAL._replace(among_known=True)
    item, other = position(world, 3), a_known(world, 5, 2)
    expected = made_parts(world, taste, like={item: other}).blend.item_item.rows.todense()
    parts = made_parts(world, taste)
    changed = Put(item, world.texts[other], f"of {other}")
    found = Catalogue(parts, world).put(changed).blend.item_item.rows.todense()
    untouched = np.flatnonzero(~np.asarray(parts.known))
    np.testing.assert_allclose(found[untouched][:, item], expected[untouched][:, item], atol=2e-3)


@pytest.mark.parametrize("kept", [(WHOLE, WHOLE), (60, 10)])
def test_an_item_speaks_for_an_untouched_variant_as_long_as_they_are_one_product(
    world: World, monkeypatch: pytest.MonkeyPatch, kept: tuple[int, int]
) -> None:
    """However little they look alike."""
    monkeypatch.setattr("beholder.engine.late.KEPT", 1)
    catalogue = Catalogue(made_parts(world, USUAL._replace(products=True), kept), world)
    one, other = a_known(world, 2), a_new(world, 6)

    def said(code: str) -> float:
        own = Put(one, world.texts[one], f"of {one}", attributes=f'{{"product_code": "{code}"}}')
        return float(catalogue.put(own).blend.item_item.rows[one, other])

    variant = Put(other, world.texts[other], f"of {other}", attributes='{"product_code": "coat"}')
    before = catalogue.put(variant).blend.item_item.rows[one, other]
    assert said("coat") == pytest.approx(before + 1, abs=0.01)
    assert said("hat") == pytest.approx(before, abs=0.01)


def test_nothing_is_taken_away_that_a_row_never_had(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where members kept few entries, it is not known of each row whether it had an item's."""
    for bound in ("KEPT", "FEWEST"):
        monkeypatch.setattr(f"beholder.scorers.item_item.{bound}", 10)
    monkeypatch.setattr("beholder.scorers.anew.STRONGEST", 100)
    taste = USUAL._replace(among_known=True)
    parts = made_parts(world, taste)
    assert parts.blend.item_item.rows.data.min() >= 0
    catalogue = Catalogue(parts, world)
    for number in range(3):
        view = catalogue.put(Put(a_known(world, 2, number), "nothing", None))
    assert view.blend.item_item.rows.data.min() >= 0


def test_a_new_picture_of_one_item_leaves_the_scores_of_all_others(world: World) -> None:
    """Rows that keep few entries: making one column anew must not cut the others."""
    parts = made_parts(world, kept=(60, 10))
    catalogue = Catalogue(parts, world)
    position = a_new(world, 2)
    told = [str(a_known(world, taste)) for taste in range(8)]
    before = by_id(catalogue.view, told)
    after = by_id(
        catalogue.put(Put(position, f"plain {WORDS[6]}", f"of {a_known(world, 6)}")), told
    )
    others = {item for item in before if item != str(position)}
    changed = [item for item in others if abs(before[item] - after[item]) > 1e-5]
    # One that shared a row's ten places among new items with it may have lost or won one.
    new = {str(i) for i in np.flatnonzero(world.new)}
    assert set(changed) <= new
    assert len(changed) <= 4
    assert after[str(position)] != before[str(position)]


def test_a_picture_that_is_put_back_gives_the_answers_from_before(
    engine: Engine, world: World
) -> None:
    for position in (a_known(world, 2), a_new(world, 2)):
        item = world.item_id(position)
        ids = [world.item_id(i) for i in range(240)]
        who = {"history": [world.item_id(a_known(world, taste)) for taste in (2, 6)]}
        scores, similar = engine.score(ids, **who), engine.similar(item, k=20)
        repaint(engine, item, f"plain {WORDS[6]}", looking_like(world, 6), 7000 + position)
        assert engine.similar(item, k=20).ids != similar.ids
        engine.store.put_items([record(world, position)])
        # What a row had no place for while the picture was another is not there any more.
        lost = 1e-6 if world.new[position] else 0.02 * max(scores.values())
        assert engine.score(ids, **who) == pytest.approx(scores, rel=1e-4, abs=lost)
        back = engine.similar(item, k=20)
        assert [one.score for one in back.items] == pytest.approx(
            [one.score for one in similar.items], rel=1e-4
        )


def test_an_item_that_loses_words_and_picture_is_like_nothing(world: World) -> None:
    catalogue = Catalogue(made_parts(world), world)
    for position in (a_known(world, 2), a_new(world, 2)):
        assert catalogue.view.similar.rows.toarray()[position].any()
        view = catalogue.put(Put(position, "", None))
        alike = view.similar.rows.toarray()
        assert not alike[position].any()
        assert not alike[:, position].any()
        assert not view.content.spaces["colour"].vectors[position].any()


def test_a_late_item_with_another_picture_is_compared_by_it(world: World) -> None:
    catalogue = Catalogue(made_parts(world), world)
    catalogue.looks |= {"first": looking_like(world, 2), "second": looking_like(world, 6)}
    view = catalogue.put(Put(1000, f"late {WORDS[2]}", "first"), Put(1001, "other", None))
    two, six = ([str(a_known(world, taste, n)) for n in range(3)] for taste in (2, 6))
    assert by_id(view, two)["1000"] > by_id(view, six)["1000"]
    view = catalogue.put(Put(1000, f"late {WORDS[6]}", "second"))
    assert view.n_late == 2
    assert by_id(view, six)["1000"] > by_id(view, two)["1000"]
    fresh = Catalogue(made_parts(world), world)
    fresh.looks |= {"second": looking_like(world, 6)}
    at_once = fresh.put(Put(1000, f"late {WORDS[6]}", "second"), Put(1001, "other", None))
    np.testing.assert_array_equal(scores_of(view, [3, 11]), scores_of(at_once, [3, 11]))


def test_an_item_that_is_encoded_after_it_came_is_compared_by_its_picture(
    engine: Engine, world: World
) -> None:
    """An import beside a running server: the picture is known at once, its vector later."""
    engine.store.put_items([ItemRecord("early", "zzz", {}, [picture(8000)])])
    told = [world.item_id(a_known(world, 5, number)) for number in range(3)]
    assert engine.score(["early"], history=told) == {"early": 0.0}
    cache_vectors(engine.store.workspace, [picture(8000)], looking_like(world, 5)[None, :])
    engine.store.set_picture_facts({picture(8000): (300, 200, "#405060")})
    assert engine.score(["early"], history=told)["early"] > 0
    assert (tastes_of(world, engine.similar("early", k=10).ids) == 5).mean() >= 0.5


# -- twins ----------------------------------------------------------------------------------


def test_another_photo_that_is_encoded_later_is_compared_by_then(
    engine: Engine, world: World
) -> None:
    """Its cover is as it was, and nothing is said of the item but that a picture was looked at."""
    position = a_known(world, 2)
    item = world.item_id(position)
    own = record(world, position)
    engine.store.put_items([structs.replace(own, pictures=[*own.pictures, picture(7001)])])
    engine.refresh()
    looks = looking_like(world, 6)
    cache_vectors(engine.store.workspace, [picture(7001)], looks[None, :])
    raw = raw_of(engine, 7001)
    assert engine.search(picture={"colour": raw}, k=1).ids[0] != item
    engine.store.set_picture_facts({picture(7001): (300, 200, "#405060")})
    assert engine.search(picture={"colour": raw}, k=1).ids[0] == item
    assert engine.search(picture={"colour": raw_of(engine, position)}, k=1).ids[0] == item


@pytest.mark.parametrize("known", [True, False], ids=["of a known item", "of a new one"])
@pytest.mark.parametrize("words", ["the same", "others"])
def test_a_late_item_with_the_same_picture_stands_at_the_head_of_similar_ones(
    engine: Engine, world: World, known: bool, words: str
) -> None:
    for taste in range(8):
        position = a_known(world, taste, 1) if known else a_new(world, taste)
        name, item = f"twin-{taste}", world.item_id(position)
        title = world.texts[position] if words == "the same" else f"new {WORDS[taste]}"
        engine.store.put_items([ItemRecord(name, title, {}, [picture(position)])])
        most = 1 if words == "the same" else 5  # what words weigh beside pictures is learned
        assert item in engine.similar(name, k=10).ids[:most]
        # The other way round, what people like together with a known item may come before.
        assert name in engine.similar(item, k=10).ids[: 5 if known else most]


def test_two_late_items_with_the_same_picture_stand_first_for_each_other(
    engine: Engine, world: World
) -> None:
    cache_vectors(engine.store.workspace, [picture(8000)], looking_like(world, 5)[None, :])
    engine.store.set_picture_facts({picture(8000): (300, 200, "#405060")})
    for name in ("one", "two"):
        engine.store.put_items([ItemRecord(name, f"a {WORDS[5]}", {}, [picture(8000)])])
        engine.refresh()
    assert engine.similar("one", k=5).ids[0] == "two"
    assert engine.similar("two", k=5).ids[0] == "one"


# -- prices, hiding, deleting ---------------------------------------------------------------


def test_another_price_is_shown_at_once_and_nothing_is_compared_anew(
    engine: Engine, world: World
) -> None:
    engine.store.put_items([ItemRecord("late", f"a {WORDS[1]}", {"price": 3.0})])
    before = engine.refresh()
    position = a_known(world, 1)
    cheaper = structs.replace(record(world, position), attributes={"price": 4.5})
    engine.store.put_items([cheaper, ItemRecord("late", f"a {WORDS[1]}", {"price": 2.0})])
    after = engine.refresh()
    assert engine.item(world.item_id(position)).attributes["price"] == 4.5
    assert engine.item("late").attributes["price"] == 2.0
    assert b'"price":4.5' in after.cards.shown([position])[0]
    assert after.now is before.now
    assert after.sealed is before.sealed


def test_an_item_hidden_at_training_keeps_its_behaviour_for_when_it_is_shown(
    world: World, tmp_path: Path
) -> None:
    """As if it had been there all the time: the next request, not the next training."""
    liked = int(np.bincount(world.items).argmax())
    item = world.item_id(liked)
    there, away = (workspace_of(world, tmp_path / name) for name in ("there", "away"))
    with Store.open(away) as store:
        store.hide(item, True)
    for workspace in (there, away):
        train_workspace(workspace, budget="600s", models=MEMBERS, seed=2)
    fan = [world.item_id(a_known(world, int(world.taste[liked]), n)) for n in range(4)]
    told = [one for one in fan if one != item]
    with open_engine(there.root) as expected, open_engine(away.root) as found:
        with pytest.raises(UnknownItemError, match=rf"\({len(world.taste) - 1} items\)"):
            found.item(item)
        assert item not in found.recommend(history=told, k=240).ids
        assert item not in found.recommend(k=240).ids
        found.store.hide(item, False)
        assert found.refresh().n_late == 0
        score = found.score([item], history=told)
        assert score == expected.score([item], history=told)
        assert score[item] > 0
        assert found.recommend(history=told, k=50).ids == expected.recommend(history=told, k=50).ids
        assert found.recommend(k=24).ids == expected.recommend(k=24).ids
        assert found.similar(item, k=10).ids == expected.similar(item, k=10).ids


def test_an_item_that_is_deleted_and_put_again_is_as_before(engine: Engine, world: World) -> None:
    engine.store.put_items([ItemRecord("late", f"a {WORDS[3]} tall")])
    told = [world.item_id(a_known(world, 3, number)) for number in range(3)]
    known = world.item_id(a_known(world, 3, 5))
    for item, again in (
        (known, record(world, int(known[-4:]))),
        ("late", ItemRecord("late", f"a {WORDS[3]} tall")),
    ):
        before = engine.score([item], history=told)
        engine.store.delete_item(item)
        with pytest.raises(UnknownItemError):
            engine.score([item], history=told)
        assert item not in engine.recommend(history=told, k=300).ids
        engine.store.put_items([again])
        assert engine.score([item], history=told) == pytest.approx(before, rel=1e-5)
        assert item in engine.recommend(history=told, k=300).ids
    assert engine.now_showing.n_late == 1


def test_a_late_item_is_hidden_and_shown_like_any_other(engine: Engine, world: World) -> None:
    engine.store.put_items([ItemRecord("late", f"a {WORDS[3]} tall")])
    told = [world.item_id(a_known(world, 3, number)) for number in range(3)]
    before = engine.score(["late"], history=told)
    assert before["late"] > 0
    engine.store.hide("late", True)
    assert "late" not in engine.recommend(history=told, k=300).ids
    assert "late" not in engine.search(WORDS[3], k=300).ids
    engine.store.hide("late", False)
    assert engine.score(["late"], history=told) == before
    assert "late" in engine.search(WORDS[3], k=300).ids


def test_an_item_that_comes_hidden_is_shown_when_it_is_let(world: World) -> None:
    catalogue = Catalogue(made_parts(world), world)
    view = catalogue.put(Put(1000, f"a {WORDS[3]}", None, hidden=True))
    assert not view.shown[view.position_of_id["1000"]]
    view = catalogue.put(Put(1000, f"a {WORDS[3]}", None))
    assert view.n_late == 1
    assert view.shown[view.position_of_id["1000"]]
    assert view.positions(np.array([1000])).tolist() == [240]


@pytest.mark.parametrize("how", ["hide", "delete"])
def test_a_late_item_that_is_gone_says_what_somebody_likes_also_after_a_restart(
    engine: Engine, world: World, how: str
) -> None:
    engine.store.put_items([ItemRecord("late", f"plain {WORDS[6]}")])
    engine.record({"user": "somebody", "item": "late", "kind": "like"})
    if how == "hide":
        engine.store.hide("late", True)
    else:
        engine.store.delete_item("late")
    now = engine.recommend("somebody", k=20)
    assert now.level == "personal"
    with open_engine(engine.store.workspace.root) as restarted:
        again = restarted.recommend("somebody", k=20)
        assert (again.level, again.ids) == ("personal", now.ids)
        assert again.items[0].reason is not None
        assert again.items[0].reason.kind == "taste", "what is hidden is not named"
        assert "late" not in restarted.recommend("somebody", k=240).ids
        with pytest.raises(UnknownItemError):
            restarted.item("late")


def test_a_late_item_enters_a_factor_model_by_its_neighbours(tmp_path: Path) -> None:
    many = make_world(n_users=400)
    workspace = workspace_of(many, tmp_path / "one")
    train_workspace(workspace, budget="600s", models=["ials"])
    cache_vectors(workspace, [picture(8000)], looking_like(many, 5)[None, :])
    with open_engine(workspace.root) as engine:
        assert len(engine.parts.blend.vectors) == 1
        engine.store.set_picture_facts({picture(8000): (300, 200, "#405060")})
        engine.store.put_items([ItemRecord("late", f"a {WORDS[5]}", {}, [picture(8000)])])

        def score(taste: int) -> float:
            told = [many.item_id(a_known(many, taste, number)) for number in range(4)]
            return engine.score(["late"], history=told)["late"]

        others = [score(taste) for taste in range(8) if taste != 5]
        assert score(5) > max(others)
        explained = engine.explain("late", history=[many.item_id(a_known(many, 5))])
        whole = explained.base + sum(share.share for share in explained.shares)
        assert whole == pytest.approx(explained.score, abs=1e-4)
        # Its reason is the whole history: no item of it speaks for another by itself.
        told = engine.recommend(history=[many.item_id(a_known(many, 5))], k=10).items
        assert {one.reason.kind for one in told if one.reason} == {"taste"}
        strangers = engine.recommend(k=10).items
        assert "taste" not in {one.reason.kind for one in strangers if one.reason}
        # And as history it turns the answer towards its like.
        answer = engine.recommend(history=["late"], k=10)
        assert (tastes_of(many, answer.ids) == 5).mean() >= 0.5


def test_what_a_boost_brought_is_not_said_to_be_by_taste(tmp_path: Path) -> None:
    many = make_world(n_users=400)
    workspace = workspace_of(many, tmp_path / "one")
    train_workspace(workspace, budget="600s", models=["ials"])
    rule = '\n[[rules]]\nrule = "boost"\nwhere = "price = 3"\nby = 5\n'
    workspace.toml.write_text(workspace.toml.read_text() + rule)
    with open_engine(workspace.root) as engine:
        boosted = [many.item_id(a_known(many, 2, number)) for number in range(2)]
        changed = [record(many, int(one[-4:])) for one in boosted]
        engine.store.put_items([structs.replace(one, attributes={"price": 3.0}) for one in changed])
        answer = engine.recommend(history=[many.item_id(a_known(many, 5))], k=10)
        assert set(answer.ids[:2]) == set(boosted)
        kinds = [one.reason.kind for one in answer.items if one.reason]
        assert kinds == ["popular"] * 2 + ["taste"] * 8
        following = engine.recommend(
            history=[many.item_id(a_known(many, 5))], k=10, page=answer.next
        )
        assert "taste" in {one.reason.kind for one in following.items if one.reason}
