"""What happened a moment ago is in the next answer: likes, undo, hidden, late and changed items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from beholder.behaviour.event import Event
from beholder.engine import overlay
from beholder.engine.answer import Answer
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.errors import UnknownItemError
from beholder.scorers.entry import Entry, SameGroup
from beholder.store import ItemRecord
from beholder.store.records import Who
from beholder.workspace import Workspace
from planted import WORDS, World, cache_vectors, picture


def share_of(world: World, answer: Answer, taste: int) -> float:
    """Return how much of an answer has a taste."""
    positions = [int(item.removeprefix("item-")) for item in answer.ids]
    return float((world.taste[positions] == taste).mean())


def an_item(world: World, taste: int, number: int = 0) -> str:
    """Return an item of a taste that people know."""
    return world.item_id(int(np.flatnonzero((world.taste == taste) & ~world.new)[number]))


def like(engine: Engine, item: str, user: str, event_id: str | None = None) -> None:
    (outcome,) = engine.record(Event(item, "like", user, event_id=event_id))
    assert outcome.status == "stored"


def everything(engine: Engine, user: str | None, k: int = 60) -> list[str]:
    """Return all pages of an answer."""
    answer = engine.recommend(user, k=k)
    found = list(answer.ids)
    while answer.next is not None:
        answer = engine.recommend(user, k=k, page=answer.next)
        found += answer.ids
    return found


def test_one_like_turns_the_next_answer_of_a_new_visitor_towards_it(
    engine: Engine, world: World
) -> None:
    before = engine.recommend("nobody yet", k=12)
    assert before.level == "popular"
    turned = []
    for taste in range(8):
        visitor = f"visitor {taste}"
        like(engine, an_item(world, taste), visitor)
        after = engine.recommend(visitor, k=12)
        assert after.level == "personal"
        assert share_of(world, after, taste) > share_of(world, before, taste)
        assert after.items[0].reason.kind == "liked"
        assert after.items[0].reason.because[0].id == an_item(world, taste)
        turned.append(share_of(world, after, taste))
    assert np.mean(turned) >= 0.5  # by chance: an eighth


def mean_rank(engine: Engine, world: World, user: str, taste: int) -> float:
    """Return where the items of a taste stand among all, 0 being the first."""
    ids = [world.item_id(i) for i in range(len(world.taste))]
    scores = np.array(list(engine.score(ids, user).values()))
    ranks = np.argsort(np.argsort(-scores))
    return float(ranks[(world.taste == taste) & ~world.new].mean())


def test_a_like_moves_somebody_with_a_history_too(engine: Engine, world: World) -> None:
    moved = []
    for user in range(25):
        name = world.user_id(user)
        other = next(t for t in range(8) if t not in world.likes[user])
        before = mean_rank(engine, world, name, other)
        like(engine, an_item(world, other), name)
        moved.append(mean_rank(engine, world, name, other) < before)
    assert np.mean(moved) >= 0.95


def test_a_session_without_a_name_is_answered_like_anybody(engine: Engine, world: World) -> None:
    engine.record({"item": an_item(world, 2), "kind": "click", "session": "s1"})
    answer = engine.recommend(session="s1", k=10)
    assert answer.level == "session"
    assert share_of(world, answer, 2) >= 0.5
    assert engine.recommend(session="s2", k=10).level == "popular"


def test_undoing_a_like_restores_the_answer(engine: Engine, world: World) -> None:
    name = world.user_id(4)
    before = engine.recommend(name, k=30)
    other = next(t for t in range(8) if t not in world.likes[4])
    like(engine, an_item(world, other), name, event_id="slip")
    assert engine.recommend(name, k=30).items != before.items
    assert engine.store.retract(Who("user", name), "slip")
    assert engine.recommend(name, k=30).items == before.items


def test_a_dislike_takes_what_looks_like_it_down(engine: Engine, world: World) -> None:
    name = world.user_id(6)
    before = engine.recommend(name, k=20)
    first = before.items[0].id
    taste = int(world.taste[int(first.removeprefix("item-"))])
    engine.record({"item": first, "kind": "dislike", "user": name})
    after = engine.recommend(name, k=20)
    assert first not in after.ids
    assert share_of(world, after, taste) < share_of(world, before, taste)


@pytest.mark.parametrize("kind", ["dislike", "hide"])
def test_a_dislike_alone_still_gives_a_page_with_less_of_its_like(
    engine: Engine, world: World, kind: str
) -> None:
    stranger = engine.recommend(k=24)
    first, then = [], []
    for taste in range(8):
        item = an_item(world, taste)
        name = f"sour {taste}"
        engine.record({"item": item, "kind": kind, "user": name})
        answer = engine.recommend(name, k=24)
        assert answer.level == "popular"
        assert len(answer.items) == 24
        assert item not in answer.ids
        first.append(share_of(world, stranger, taste))
        then.append(share_of(world, answer, taste))
        assert then[-1] <= first[-1]
        alike = [an_item(world, taste, number) for number in range(1, 20)]
        scores, own = engine.score(alike, name), engine.score(alike)
        assert all(scores[one] < own[one] for one in alike if own[one] > 0)
    assert sum(then) <= sum(first) / 2  # each loses a share of its own score, so that some stay


def test_a_hidden_item_appears_nowhere_until_it_is_shown_again(
    engine: Engine, world: World
) -> None:
    name = world.user_id(9)
    victim = engine.recommend(name, k=1).items[0].id
    word = WORDS[world.taste[int(victim.removeprefix("item-"))]]
    twin = an_item(world, int(world.taste[int(victim.removeprefix("item-"))]), 3)
    engine.store.hide(victim, True)
    assert victim not in everything(engine, name)
    assert victim not in everything(engine, None)
    assert victim not in engine.similar(twin, k=200).ids
    assert victim not in engine.search(word, k=200).ids
    for question in (engine.item, engine.similar, engine.explain):
        with pytest.raises(UnknownItemError):
            question(victim)
    with pytest.raises(UnknownItemError):
        engine.score([victim], name)
    engine.store.hide(victim, False)
    assert engine.recommend(name, k=1).items[0].id == victim
    assert victim in engine.search(word, k=200).ids


def test_a_hidden_item_is_not_named_as_a_reason(engine: Engine, world: World) -> None:
    like(engine, an_item(world, 1), "somebody")
    assert engine.recommend("somebody", k=1).items[0].reason.because
    engine.store.hide(an_item(world, 1), True)
    for item in engine.recommend("somebody", k=10).items:
        assert an_item(world, 1) not in [because.id for because in item.reason.because]


def test_a_deleted_item_is_gone_and_its_history_stays(engine: Engine, world: World) -> None:
    item = an_item(world, 3)
    like(engine, item, "keeper")
    engine.store.delete_item(item)
    assert item not in everything(engine, "keeper")
    assert share_of(world, engine.recommend("keeper", k=10), 3) >= 0.4


def test_a_changed_title_is_shown_at_once(engine: Engine, world: World) -> None:
    item = an_item(world, 0)
    record = ItemRecord(item, "Renamed", {"price": 12.5, "colour": "red"}, [picture(0)])
    engine.store.put_items([record])
    shown = engine.item(item)
    assert (shown.title, shown.attributes) == ("Renamed", {"price": 12.5, "colour": "red"})


def add_late(
    engine: Engine, world: World, tastes: Sequence[int], titles: Sequence[str] | None = None
) -> list[str]:
    """Put items with vectors that came after the bundle, one of each taste."""
    rng = np.random.default_rng(11)
    same = [np.flatnonzero((world.taste == taste) & ~world.new) for taste in tastes]
    looks = np.array([world.looks[rows].mean(axis=0) for rows in same])
    looks = (looks + rng.normal(0, 0.3, looks.shape)).astype(np.float32)
    pictures = [picture(5000 + i) for i in range(len(tastes))]
    cache_vectors(engine.store.workspace, pictures, looks)
    names = [f"late-{i}" for i in range(len(tastes))]
    titles = [f"new {WORDS[taste]}" for taste in tastes] if titles is None else titles
    records = [
        ItemRecord(name, title, {}, [shot])
        for name, title, shot in zip(names, titles, pictures, strict=True)
    ]
    engine.store.put_items(records)
    engine.store.set_picture_facts(dict.fromkeys(pictures, (300, 200, "#102030")))
    return names


def test_a_late_item_is_recommended_to_those_whose_taste_it_has(
    engine: Engine, world: World
) -> None:
    names = add_late(engine, world, range(8))
    fits, not_fits = [], []
    for user in range(40):
        scores = engine.score(names, world.user_id(user))
        for taste, name in enumerate(names):
            (fits if taste in world.likes[user] else not_fits).append(scores[name])
    assert np.mean(fits) > 2 * np.mean(not_fits)
    for taste, name in enumerate(names):
        like(engine, an_item(world, taste), f"fan {taste}")
        answer = engine.recommend(f"fan {taste}", k=80)  # of 248; how far up is learned
        assert next(i for i in answer.ids if i in names) == name  # before the other late ones
        (shown,) = [item for item in answer.items if item.id == name]
        assert shown.title == f"new {WORDS[taste]}"
        assert shown.picture is not None
    assert names[3] in engine.similar(an_item(world, 3), k=60).ids
    assert names[5] in engine.search(WORDS[5], k=100).ids


def test_a_late_item_is_a_history_like_any_other(engine: Engine, world: World) -> None:
    names = add_late(engine, world, range(8))
    for taste, name in enumerate(names):
        like(engine, name, f"first {taste}")
        answer = engine.recommend(f"first {taste}", k=12)
        assert answer.level == "personal"
        assert name not in answer.ids
        assert share_of(world, Answer("", "", "personal", known(answer)), taste) >= 0.5
        assert answer.items[0].reason.because[0].id == name
        explained = engine.explain(answer.items[0].id, f"first {taste}")
        total = explained.base + sum(share.share for share in explained.shares)
        assert total == pytest.approx(explained.score, abs=1e-5)


def known(answer: Answer) -> tuple:
    return tuple(item for item in answer.items if item.id.startswith("item-"))


def test_late_items_speak_for_each_other(engine: Engine, world: World) -> None:
    one, two, other = add_late(engine, world, [2, 2, 6])
    scores = engine.score([two, other], history=[one])
    assert scores[two] > scores[other]


def test_a_late_item_without_a_picture_is_placed_by_its_words(engine: Engine, world: World) -> None:
    engine.store.put_items([ItemRecord("worded", f"old {WORDS[4]} tall")])
    scores = [
        engine.score(["worded"], history=[an_item(world, taste)])["worded"] for taste in range(8)
    ]
    assert int(np.argmax(scores)) == 4
    assert scores[4] > 0


@pytest.mark.parametrize("name", ["product_code", "item_group_id"])
def test_a_late_variant_follows_its_product(engine: Engine, world: World, name: str) -> None:
    """Nothing but the product speaks of late items in this bundle."""
    parts = engine.parts
    attributes = parts.items["attributes"].to_pylist()
    attributes[3] = attributes[40] = f'{{"{name}":"77"}}'
    attributes[5] = f'{{"{name}":"78"}}'
    place = parts.items.schema.get_field_index("attributes")
    items = parts.items.set_column(place, "attributes", pa.array(attributes))
    entry = replace(Entry(groups=(SameGroup(),)).scaled(0.5), kept_new=100)
    item_item = replace(parts.blend.item_item, entry=entry)
    told = replace(parts, items=items, blend=replace(parts.blend, item_item=item_item))
    engine.store.put_items([ItemRecord("late", "zzz", {name: "77"}), ItemRecord("other", "zzz")])
    changed = engine.store.items(changed_after=parts.choice.catalogue_version)
    view = overlay.follow(overlay.bare(told), changed, 10**6, lambda ids, pictures, texts: {})
    (layer,) = view.blend.item_item.layers
    columns = layer.columns.toarray()
    assert np.flatnonzero(columns[:, 0]).tolist() == [3, 40]
    assert columns[[3, 40], 0].tolist() == [0.5, 0.5]
    assert not columns[:, 1].any()


def test_a_late_item_of_which_nothing_is_known_does_no_harm(engine: Engine, world: World) -> None:
    before = engine.recommend(world.user_id(1), k=15)
    engine.store.put_items([ItemRecord("blank", "zzz")])
    assert engine.item("blank").title == "zzz"
    assert engine.score(["blank"], world.user_id(1)) == {"blank": 0.0}
    assert engine.recommend(world.user_id(1), k=15).items == before.items
    like(engine, "blank", "odd")
    assert len(engine.recommend("odd", k=15).items) == 15
    assert "blank" in [item.id for item in engine.search("zzz").items]


def test_late_items_leave_the_scores_of_the_others_alone(engine: Engine, world: World) -> None:
    ids = [world.item_id(i) for i in range(240)]
    before = engine.score(ids, world.user_id(7))
    add_late(engine, world, range(8))
    after = engine.score(ids, world.user_id(7))
    assert after == pytest.approx(before, abs=1e-6)


def test_late_items_can_be_hidden_deleted_and_renamed(engine: Engine, world: World) -> None:
    one, two, three = add_late(engine, world, [2, 2, 2])
    engine.store.hide(one, True)
    engine.store.delete_item(two)
    engine.store.put_items([ItemRecord(three, "Third", {}, [picture(5002)])])
    found = engine.recommend(history=[an_item(world, 2)], k=200)
    assert {one, two, three} & set(found.ids) == {three}
    assert engine.item(three).title == "Third"


def test_items_that_nobody_touched_before_training_act_as_history(
    engine: Engine, world: World
) -> None:
    turned = []
    for taste in range(8):
        (new, *_) = np.flatnonzero((world.taste == taste) & world.new)
        answer = engine.recommend(history=[world.item_id(int(new))], k=12)
        turned.append(share_of(world, answer, taste))
    assert np.mean(turned) >= 0.5


def test_without_profiling_everybody_gets_the_same(engine: Engine, world: World) -> None:
    one, two = world.user_id(2), world.user_id(3)
    for name in (one, two):
        engine.store.set_profiling(name, False)
    assert engine.recommend(one, k=30).level == "popular"
    assert engine.recommend(one, k=30).items == engine.recommend(two, k=30).items
    engine.store.set_profiling(one, True)
    assert engine.recommend(one, k=30).level == "personal"


def test_two_engines_over_one_store_see_the_same(workspace: Workspace, world: World) -> None:
    with open_engine(workspace.root) as one, open_engine(workspace.root) as two:
        like(one, an_item(world, 6), "shared")
        assert two.recommend("shared", k=20).items == one.recommend("shared", k=20).items
        one.store.hide(an_item(world, 6, 1), True)
        assert an_item(world, 6, 1) not in two.recommend("shared", k=240).ids
