"""A later page holds what is best now of what the pages before did not show."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from test_live import add_late, an_item, like

from beholder.engine import pages
from beholder.engine.answer import Answer
from beholder.engine.engine import Engine
from beholder.engine.opening import engine_of, open_engine
from beholder.errors import UsageError
from beholder.workspace import Workspace
from planted import World

K = 20


def whole(engine: Engine, user: str) -> list[str]:
    """Return the ids of an answer with all its pages, asked for at once."""
    return engine.recommend(user, k=200).ids


def left(engine: Engine, user: str, *shown: str) -> list[str]:
    """Return what an answer of now has besides what was shown, best first, up to 200 in all."""
    now = engine.recommend(user, k=400).ids
    return [item for item in now if item not in shown][: 200 - len(shown)]


def turn(engine: Engine, user: str, answer: Answer, pages: int) -> list[Answer]:
    """Return some following pages of an answer."""
    found = [answer]
    while len(found) <= pages and found[-1].next is not None:
        found.append(engine.recommend(user, k=K, page=found[-1].next))
    return found[1:]


def known_or_new(engine: Engine, world: World, which: str) -> str:
    if which == "known":
        return world.user_id(12)
    like(engine, an_item(world, 3), "new here")
    return "new here"


@pytest.mark.parametrize("which", ["known", "new"])
@pytest.mark.parametrize("kind", ["like", "dislike", "hide", "click"])
def test_after_an_event_on_page_two_the_next_pages_know_it_and_show_no_item_twice(
    engine: Engine, world: World, which: str, kind: str
) -> None:
    name = known_or_new(engine, world, which)
    before = whole(engine, name)
    first = engine.recommend(name, k=K)
    (second,) = turn(engine, name, first, 1)
    clicked = second.ids[4]
    engine.record({"item": clicked, "kind": kind, "user": name})
    following = turn(engine, name, second, 20)
    shown = [item for page in (first, second, *following) for item in page.ids]
    assert shown[: 2 * K] == before[: 2 * K]
    assert shown[2 * K :] == left(engine, name, *shown[: 2 * K]) != before[2 * K :]
    assert len(shown) == len(set(shown)) == 200
    assert following[-1].next is None
    assert {page.answer for page in following} == {first.answer}
    reasons = [one.reason for page in following for one in page.items if one.reason]
    named = {because.id for reason in reasons for because in reason.because}
    assert (clicked in named) == (kind in ("like", "click"))


@pytest.mark.parametrize("how", ["refused", "erased"])
def test_a_page_of_what_may_not_be_used_any_more_is_refused(
    engine: Engine, world: World, how: str
) -> None:
    like(engine, an_item(world, 3), "goes")
    first = engine.recommend("goes", k=K)
    (second,) = turn(engine, "goes", first, 1)
    assert engine.store is not None
    if how == "refused":
        engine.store.set_purposes("goes", {"recommend": False})
    else:
        engine.store.erase("goes")
    with pytest.raises(UsageError, match="page"):
        engine.recommend("goes", k=K, page=second.next)
    popular = engine.recommend("goes", k=K)
    (following,) = turn(engine, "goes", popular, 1)
    assert following.ids == turn(engine, "nobody", engine.recommend("nobody", k=K), 1)[0].ids


@pytest.mark.parametrize("kind", ["dislike", "hide", "like", "click"])
def test_what_was_seen_or_refused_since_is_passed_over_and_the_page_is_full(
    engine: Engine, world: World, kind: str
) -> None:
    name = world.user_id(12)
    expected = whole(engine, name)
    first = engine.recommend(name, k=K)
    gone = [expected[22], expected[30], expected[41]]
    for item in gone:
        engine.record({"item": item, "kind": kind, "user": name})
    following = turn(engine, name, first, 20)
    shown = [item for page in following for item in page.ids]
    assert shown == left(engine, name, *first.ids)
    assert not {*gone} & {*shown}
    assert all(len(page.items) == K for page in following)


def test_what_the_catalogue_hid_or_deleted_since_is_passed_over(
    engine: Engine, world: World
) -> None:
    name = world.user_id(12)
    expected = whole(engine, name)
    first = engine.recommend(name, k=K)
    for item in (expected[3], expected[25]):  # of what was shown and of what comes
        engine.store.hide(item, True)
    engine.store.delete_item(expected[5])
    engine.store.delete_item(expected[27])
    shown = [item for page in turn(engine, name, first, 20) for item in page.ids]
    assert shown == left(engine, name, *first.ids)
    assert shown[:10] == [i for i in expected[K:32] if i not in (expected[25], expected[27])]


def test_what_came_into_the_catalogue_since_has_its_place(engine: Engine, world: World) -> None:
    name = world.user_id(12)
    first = engine.recommend(name, k=K)
    add_late(engine, world, range(8))
    shown = [item for page in turn(engine, name, first, 20) for item in page.ids]
    assert shown == left(engine, name, *first.ids)
    assert any(item.startswith("late") for item in shown)


@pytest.mark.parametrize("asked", [{}, {"diversity": 0.5}], ids=str)
def test_two_pages_of_twenty_are_one_of_forty(engine: Engine, world: World, asked: dict) -> None:
    for name in (world.user_id(4), None):
        first = engine.recommend(name, k=20, **asked)
        second = engine.recommend(name, k=20, page=first.next, **asked)
        assert (*first.items, *second.items) == engine.recommend(name, k=40, **asked).items


def test_pages_may_have_other_lengths_than_the_first(engine: Engine, world: World) -> None:
    name = world.user_id(4)
    expected = whole(engine, name)
    first = engine.recommend(name, k=10)
    second = engine.recommend(name, k=35, page=first.next)
    third = engine.recommend(name, k=1, page=second.next)
    assert [*first.ids, *second.ids, *third.ids] == expected[:46]


def test_what_is_left_out_on_a_later_page_is_passed_over(engine: Engine, world: World) -> None:
    name = world.user_id(4)
    expected = whole(engine, name)
    first = engine.recommend(name, k=K)
    second = engine.recommend(name, k=K, page=first.next, exclude=expected[20:25])
    assert second.ids == expected[25:45]


def test_what_the_first_question_left_out_stays_out(engine: Engine, world: World) -> None:
    name = world.user_id(4)
    expected = whole(engine, name)
    first = engine.recommend(name, k=K, exclude=[*expected[:5], *expected[25:30], "unknown"])
    assert first.ids == expected[5:25]
    second = engine.recommend(name, k=K, page=first.next, exclude=expected[30:32])
    assert second.ids == expected[32:52]
    third = engine.recommend(name, k=K, page=second.next)
    assert third.ids == expected[52:72]


def test_an_answer_whose_next_page_could_not_be_named_ends_and_says_so(
    reader: Engine, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    everything = [world.item_id(i) for i in range(60)]
    monkeypatch.setattr(pages, "LONGEST", 120)  # characters: 10,000 items are many for a test
    few = reader.recommend(k=3)
    assert (few.next is not None, few.note) == (True, None)
    many = reader.recommend(k=3, exclude=everything)
    assert (len(many.items), many.next) == (3, None)
    assert many.note == pages.TOO_LONG
    told = json.loads(reader.recommend_json(k=3, exclude=everything))
    assert (told["next"], told["note"]) == (None, pages.TOO_LONG)


def test_the_page_of_a_history_that_was_told_takes_the_history(
    engine: Engine, world: World
) -> None:
    told = [an_item(world, 3), an_item(world, 5)]
    first = engine.recommend(history=told, k=K)
    with pytest.raises(UsageError, match="a history that was told") as caught:
        engine.recommend(k=K, page=first.next)
    assert caught.value.field == "history"
    second = engine.recommend(history=told, k=K, page=first.next)
    assert [*first.ids, *second.ids] == engine.recommend(history=told, k=2 * K).ids
    longer = engine.recommend(history=[*told, first.ids[0]], k=K, page=first.next)
    assert longer.level == "session"
    assert not {*first.ids} & {*longer.ids}


def reordered(engine: Engine) -> Engine:
    """Return the same workspace's engine over a bundle in which positions are others."""
    from beholder.training.train import train_workspace

    workspace = engine.store.workspace
    train_workspace(workspace, budget="600s", models=["itemknn"], seed=5)
    return open_engine(workspace.root)


def test_a_page_survives_a_change_of_bundle(engine: Engine, world: World) -> None:
    add_late(engine, world, range(8))  # without positions in the old bundle, with some in the new
    name = world.user_id(12)
    expected = whole(engine, name)
    first = engine.recommend(name, k=K)
    with reordered(engine) as other:
        assert other.bundle != engine.bundle
        assert whole(other, name) != expected
        shown = [item for page in turn(other, name, first, 20) for item in page.ids]
        assert shown == left(other, name, *first.ids)
    assert len({*first.ids, *shown}) == 200


def test_a_page_of_another_workspace_is_refused(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    from planted import workspace_of

    other = workspace_of(world, tmp_path / "other")
    bundle = engine.store.workspace.bundles / engine.bundle
    key = other.secrets / "signing.key"
    key.parent.mkdir(exist_ok=True)
    key.write_bytes(bytes(32))
    key.chmod(0o600)
    page = engine.recommend(k=K).next
    with engine_of(other, engine.parts, bundle.name, _store(other)) as elsewhere:
        assert elsewhere.recommend(k=K).ids == engine.recommend(k=K).ids
        with pytest.raises(UsageError, match="this page does not exist"):
            elsewhere.recommend(k=K, page=page)
        with pytest.raises(UsageError, match="this page does not exist"):
            engine.recommend(k=K, page=elsewhere.recommend(k=K).next)


def test_a_page_of_a_copy_of_the_workspace_goes_on(
    engine: Engine, world: World, tmp_path: Path
) -> None:
    """As two servers over one workspace do."""
    name = world.user_id(2)
    shutil.copytree(engine.store.workspace.root, tmp_path / "copy")
    page = engine.recommend(name, k=K).next
    with open_engine(tmp_path / "copy") as copy:
        there = copy.recommend(name, k=K, page=page)
    assert there.items == engine.recommend(name, k=K, page=page).items


def _store(workspace: Workspace) -> object:
    from beholder.store import Store

    return Store.open(workspace)


def test_a_page_is_for_the_person_whose_answer_it_is(engine: Engine, world: World) -> None:
    name, other = world.user_id(12), world.user_id(13)
    first = engine.recommend(name, k=K)
    for who in ({"user": other}, {}, {"session": name}, {"user": name, "session": "s"}):
        with pytest.raises(UsageError, match="somebody else's"):
            engine.recommend(k=K, page=first.next, **who)
    assert engine.recommend(name, k=K, page=first.next).ids == whole(engine, name)[K : 2 * K]
    strangers = engine.recommend(k=K)  # one who gets a name meanwhile goes on
    assert engine.recommend(None, session="new", k=K, page=strangers.next).place == K


@pytest.mark.parametrize(
    "asked", [{"filter": "price < 10000"}, {"diversity": 0.5}, {"repeat": "allow"}], ids=str
)
def test_a_page_goes_on_with_what_its_answer_was_asked(
    engine: Engine, world: World, asked: dict
) -> None:
    name = world.user_id(12)
    first, plain = engine.recommend(name, k=K, **asked), engine.recommend(name, k=K)
    said = engine.recommend(name, k=K, page=first.next, **asked)
    if "repeat" not in asked:  # may be left out
        assert said.ids == engine.recommend(name, k=K, page=first.next).ids
    third = engine.recommend(name, k=K, page=said.next, **asked)
    assert third.place == 2 * K
    with pytest.raises(UsageError, match="another filter, diversity or repeat"):
        engine.recommend(name, k=K, page=plain.next, **asked)


def test_of_several_things_asked_each_may_be_left_out(engine: Engine, world: World) -> None:
    name, asked = world.user_id(12), {"filter": "price < 10000", "diversity": 0.5}
    first = engine.recommend(name, k=K, **asked)
    whole_page = engine.recommend(name, k=K, page=first.next, **asked).ids
    for left in asked:
        one = {key: value for key, value in asked.items() if key != left}
        assert engine.recommend(name, k=K, page=first.next, **one).ids == whole_page
    for wrong in ({"filter": "price < 9000"}, {"diversity": 0.4}):
        with pytest.raises(UsageError, match="another filter"):
            engine.recommend(name, k=K, page=first.next, **(asked | wrong))
