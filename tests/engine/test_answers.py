"""Answers without changing anything: pages, limits, told histories, explanations, certainty."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import beholder
from beholder.bundle import parts as bundle_parts
from beholder.engine.answer import Answer
from beholder.engine.checking import MAX_K
from beholder.engine.cursor import PLACES
from beholder.engine.engine import Engine
from beholder.errors import UnknownItemError, UsageError
from beholder.scorers.interface import Query
from beholder.settings import BehaviourSettings
from planted import WORDS, World

MINUTE = 60_000


def pages(engine: Engine, k: int, **who: object) -> list[Answer]:
    found = [engine.recommend(k=k, **who)]
    while found[-1].next is not None:
        found.append(engine.recommend(k=k, page=found[-1].next, **who))
        assert len(found) < 200, "the pages do not end"
    return found


@pytest.mark.parametrize("k", [7, 20, 50, 240])
@pytest.mark.parametrize("user", [None, 11], ids=["popular", "personal"])
def test_pages_cover_the_places_of_an_answer_once_and_then_end(
    reader: Engine, world: World, user: int | None, k: int
) -> None:
    who = {} if user is None else {"user": world.user_id(user)}
    answers = pages(reader, k, **who)
    ids = [item for answer in answers for item in answer.ids]
    assert ids == reader.recommend(k=MAX_K, **who).ids[: max(k, PLACES)]
    assert len(ids) == len(set(ids))
    own = world.items[world.users == user] if user is not None else np.empty(0, int)
    assert not {world.item_id(int(i)) for i in own} & set(ids)
    if k == 240:
        assert len(ids) == 240 - len(own)
    assert all(len(answer.items) == k for answer in answers[:-1])
    assert len({answer.answer for answer in answers}) == 1


def test_the_first_page_does_not_depend_on_how_many_follow(reader: Engine, world: World) -> None:
    name = world.user_id(12)
    long = reader.recommend(name, k=60).items
    assert reader.recommend(name, k=20).items == long[:20]
    following = reader.recommend(name, k=20, page=reader.recommend(name, k=20).next)
    assert following.items == long[20:40]


def test_personal_answers_are_sorted_and_leave_the_history_out(
    reader: Engine, world: World
) -> None:
    for user in range(30):
        answer = reader.recommend(world.user_id(user), k=40)
        assert answer.level == "personal"
        scores = [item.score for item in answer.items]
        assert scores == sorted(scores, reverse=True)
        own = {world.item_id(int(i)) for i in world.items[world.users == user]}
        assert not own & set(answer.ids)


def test_what_was_seen_long_ago_is_not_recommended_either(reader: Engine, world: World) -> None:
    """The history is cut at its limit; what was seen is not."""
    short = Engine(reader.parts, behaviour=BehaviourSettings(history_limit=3))
    told = [world.item_id(i) for i in range(0, 80, 2)]
    answer = short.recommend(history=told, k=200)
    assert answer.items == short.recommend(history=told[-3:], exclude=told, k=200).items
    assert not set(told) & set(answer.ids)


def test_people_get_what_fits_their_hidden_taste(reader: Engine, world: World) -> None:
    fits = []
    for user in range(len(world.likes)):
        ids = reader.recommend(world.user_id(user), k=10).ids
        tastes = world.taste[[int(item[-4:]) for item in ids]]
        fits.append(np.isin(tastes, world.likes[user]).mean())
    assert np.mean(fits) > 0.7  # by chance: 2 of 8 tastes


def test_what_is_on_the_page_can_be_left_out(reader: Engine, world: World) -> None:
    name = world.user_id(3)
    answer = reader.recommend(name, k=10)
    rest = reader.recommend(name, k=10, exclude=[*answer.ids[:4], "no such item"])
    assert rest.ids[:6] == answer.ids[4:]
    popular = reader.recommend(k=10)
    assert not set(reader.recommend(k=10, exclude=popular.ids).ids) & set(popular.ids)


@pytest.mark.parametrize("k", [0, -3, MAX_K + 1])
def test_a_length_out_of_range_is_refused(reader: Engine, world: World, k: int) -> None:
    for question in (
        lambda: reader.recommend(k=k),
        lambda: reader.similar(world.item_id(1), k=k),
        lambda: reader.search("amber", k=k),
    ):
        with pytest.raises(UsageError, match="1 to 1000"):
            question()


def test_the_longest_list_holds_what_there_is(reader: Engine, world: World) -> None:
    answer = reader.recommend(world.user_id(0), k=MAX_K)
    assert len(answer.items) == 240 - (world.users == 0).sum()
    assert answer.next is None


@pytest.mark.parametrize("page", ["", "nonsense", "AAAA", "é", "a" * 400])
def test_a_page_that_was_not_made_here_is_refused(reader: Engine, page: str) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        reader.recommend(k=5, page=page)


def test_a_changed_cursor_is_refused(reader: Engine) -> None:
    page = reader.recommend(k=5).next
    assert page is not None
    for place in range(len(page) - 1):
        other = "A" if page[place] != "A" else "B"
        with pytest.raises(UsageError):
            reader.recommend(k=5, page=page[:place] + other + page[place + 1 :])


def test_an_item_that_does_not_exist_is_an_error_with_its_name(reader: Engine) -> None:
    for question in (reader.item, reader.similar, reader.explain):
        with pytest.raises(UnknownItemError, match="no item 'gone'"):
            question("gone")
    with pytest.raises(UnknownItemError, match="gone"):
        reader.score(["item-0001", "gone"])


# -- told histories -------------------------------------------------------------------------


def test_a_told_history_is_answered_without_a_store(trained: Path, world: World) -> None:
    from beholder.bundle.promote import current, folder_of
    from beholder.workspace import Workspace

    workspace = Workspace.open(trained)
    engine = Engine(bundle_parts.load(folder_of(workspace, current(workspace))))
    liked = [world.item_id(int(i)) for i in np.flatnonzero((world.taste == 3) & ~world.new)[:3]]
    answer = engine.recommend(history=liked, k=10)
    assert answer.level == "session"
    assert engine.recommend("me", history=liked, k=10).level == "personal"
    assert engine.recommend("me", k=10).level == "popular"
    tastes = world.taste[[int(item[-4:]) for item in answer.ids]]
    assert (tastes == 3).mean() >= 0.5
    with pytest.raises(UsageError, match="no store"):
        engine.record({"item": liked[0], "kind": "like", "user": "me"})


def test_ids_and_events_tell_the_same_history(reader: Engine, world: World) -> None:
    ids = [world.item_id(i) for i in (8, 17, 33)]
    events = [{"item": item, "kind": "like", "time": 1000 * (i + 1)} for i, item in enumerate(ids)]
    by_id, by_event = (reader.recommend(history=told, k=20).items for told in (ids, events))
    assert by_id == by_event


def test_unknown_items_in_a_told_history_are_left_out(reader: Engine, world: World) -> None:
    ids = [world.item_id(i) for i in (8, 17)]
    mixed = [ids[0], "gone", ids[1], "elsewhere"]
    assert reader.recommend(history=mixed, k=9).items == reader.recommend(history=ids, k=9).items
    assert reader.recommend(history=["gone"], k=9).level == "popular"
    assert reader.recommend(history=[], k=9).level == "popular"


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"item": "item-0001", "kind": "adore"}, "no kind of event 'adore'"),
        ({"kind": "like"}, "has no item"),
        ({"item": "item-0001", "time": "noon"}, "history"),
        ({"item": "item-0001", "value": "five"}, "history"),
        ({"item": 7}, "history"),
        (7, "history"),
        ({"item": "item-0001", "kind": "rating"}, "a rating needs a number"),
        ({"item": "item-0001", "kind": "rating", "value": 1e300}, "not a finite number"),
        ({"item": "item-0001", "kind": "purchase", "value": -1}, "negative"),
        ({"item": "item-0001", "kind": "watch", "value": -5}, "negative"),
        ({"item": "item-0001", "time": 1_700_000_000}, "looks like seconds"),
        ({"item": "item-0001", "time": 4_000_000_000_000}, "in the future"),
    ],
)
def test_a_malformed_told_history_is_refused(reader: Engine, entry: object, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        reader.recommend(history=[entry])


# -- without a history ----------------------------------------------------------------------


def test_without_a_history_popular_items_come(reader: Engine, world: World) -> None:
    answer = reader.recommend(k=24)
    assert answer.level == "popular"
    counts = np.bincount(world.items, minlength=240)
    shown = counts[[int(item[-4:]) for item in answer.ids]]
    assert shown.mean() > 1.3 * counts.mean()
    assert {item.reason.kind for item in answer.items} == {"popular"}
    assert reader.recommend("never seen", k=24).ids == answer.ids


def test_a_first_look_shows_more_kinds_than_the_most_popular(reader: Engine, world: World) -> None:
    view = reader.now_showing
    vectors = view.content.spaces["colour"].vectors

    def alike(positions: np.ndarray) -> float:
        cosines = vectors[positions] @ vectors[positions].T
        return float(cosines[~np.eye(len(positions), dtype=bool)].mean())

    shown = np.array([view.position_of_id[item] for item in reader.recommend(k=12).ids])
    most_popular = np.argsort(-view.popularity)[:12]
    assert alike(shown) < alike(most_popular)
    assert len(set(world.taste[shown].tolist())) >= 6


# -- explanations ---------------------------------------------------------------------------


def told_with_dislikes(world: World) -> list[dict[str, object]]:
    liked, sour = np.flatnonzero((world.taste == 1) & ~world.new)[:6], world.taste == 5
    likes = [{"item": world.item_id(int(i)), "kind": "like"} for i in liked]
    dislikes = [
        {"item": world.item_id(int(i)), "kind": "dislike"} for i in np.flatnonzero(sour)[:2]
    ]
    # One of the taste that is liked, so that shares of both signs meet.
    return [*likes, *dislikes, {"item": world.item_id(int(liked[0])), "kind": "hide"}]


def test_shares_sum_to_the_score_at_every_level(reader: Engine, world: World) -> None:
    people = [
        ({"user": world.user_id(5)}, "personal"),
        ({"history": [world.item_id(8), world.item_id(17)]}, "session"),
        ({"history": told_with_dislikes(world)}, "session"),
        ({"history": [told_with_dislikes(world)[-1]]}, "popular"),
        ({}, "popular"),
    ]
    ids = [world.item_id(i) for i in range(240)]
    signs = set()
    for who, level in people:
        scores = reader.score(ids, **who)
        for item in ids[::5]:
            explained = reader.explain(item, **who)
            assert explained.level == level
            whole = explained.base + sum(share.share for share in explained.shares)
            assert whole == pytest.approx(explained.score, abs=1e-5)
            assert explained.score == pytest.approx(scores[item], abs=1e-5)
            signs |= {np.sign(share.share) for share in explained.shares}
    assert signs == {-1.0, 1.0}


def test_the_shares_that_are_named_are_the_largest(reader: Engine, world: World) -> None:
    name = world.user_id(5)
    for item in reader.recommend(name, k=15).items:
        shares = sorted((s.share for s in reader.explain(item.id, name).shares), reverse=True)
        named = [because.share for because in item.reason.because]
        assert named == pytest.approx([share for share in shares if share > 0][:3], abs=1e-6)


def test_without_the_named_item_the_score_is_lower(reader: Engine, world: World) -> None:
    """Goal X2, with weights and times of the other items as they were."""
    view = reader.now_showing
    lower = []
    for user in range(60):
        history = reader.history_of(world.user_id(user), None)[0].history
        query = view.blend.ask(history)
        for item in reader.recommend(world.user_id(user), k=5).items:
            named = view.position_of_id[item.reason.because[0].id]
            keep = query.items != named
            less = Query(query.items[keep], query.weights[keep], np.array([0, keep.sum()]))
            position = np.array([view.position_of_id[item.id]], np.int32)
            before = view.blend.read(query).at(position)[0]
            lower.append(view.blend.read(less).at(position)[0] < before)
    assert len(lower) == 300
    assert np.mean(lower) >= 0.95


def test_most_of_a_personal_score_comes_from_the_history(reader: Engine, world: World) -> None:
    """Goal X1: the base is at most 30 % in the median answer."""
    shares = []
    for user in range(40):
        name = world.user_id(user)
        best = reader.recommend(name, k=1).items[0]
        shares.append(reader.explain(best.id, name).base / best.score)
    assert np.median(shares) <= 0.3


# -- similar and search ---------------------------------------------------------------------


def test_similar_items_have_the_same_taste_and_leave_the_item_out(
    reader: Engine, world: World
) -> None:
    same = []
    for position in range(0, 240, 6):
        answer = reader.similar(world.item_id(position), k=10)
        assert answer.level == "similar"
        assert world.item_id(position) not in answer.ids
        tastes = world.taste[[int(item[-4:]) for item in answer.ids]]
        same.append((tastes == world.taste[position]).mean())
    assert np.mean(same) > 0.8


def test_words_find_what_is_called_so(reader: Engine, world: World) -> None:
    for taste, word in enumerate(WORDS):
        found = reader.search(word.upper(), k=10).ids
        assert {int(world.taste[int(item[-4:])]) for item in found} == {taste}
    misspelt = reader.search("corral", k=5).ids
    assert {int(world.taste[int(item[-4:])]) for item in misspelt} == {WORDS.index("coral")}
    assert reader.search("qqqq").items == ()


def test_a_picture_finds_its_like(reader: Engine, world: World) -> None:
    from beholder.encoders.registry import vector_cache
    from beholder.workspace import Workspace

    cache = vector_cache(Workspace.open(reader.store.workspace.root), "colour")
    from planted import picture

    for position in (10, 77, 151):
        (raw,), _ = cache.load([picture(position)])
        answer = reader.search(picture={"colour": raw}, k=10)
        assert answer.ids[0] == world.item_id(position)
        both = reader.search(WORDS[world.taste[position]], picture={"colour": raw}, k=10)
        assert both.ids[0] == world.item_id(position)


@pytest.mark.parametrize("words", [None, "", "   "])
def test_a_search_for_nothing_is_refused(reader: Engine, words: str | None) -> None:
    with pytest.raises(UsageError, match="needs words, a picture"):
        reader.search(words)


def test_a_workspace_can_be_moved(trained: Path, tmp_path: Path, world: World) -> None:
    with beholder.open(trained) as engine:
        before = engine.recommend(world.user_id(8), k=20)
    shutil.copytree(trained, tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")
    with beholder.open(tmp_path / "b") as engine:
        assert engine.recommend(world.user_id(8), k=20).items == before.items
        engine.record({"item": before.ids[0], "kind": "like", "user": world.user_id(8)})
        assert engine.recommend(world.user_id(8), k=20).items != before.items
