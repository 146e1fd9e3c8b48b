"""Standing rules in every kind of answer, right within a second after they were saved."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from shop import BRANDS, Shop, attributes_of, change
from test_live import an_item, like

from beholder.engine.engine import Engine
from beholder.engine.explore import Exploration, Explorer
from beholder.engine.opening import open_engine
from beholder.engine.rerank import Dial
from beholder.store import ItemRecord
from planted import WORDS, World

WHO = {
    "stranger": {},
    "person": {"user": "person-0003"},
    "session": {"history": ["item-0005"]},
    "dislike alone": {"history": [{"item": "item-0001", "kind": "dislike"}]},
}
each_who = pytest.mark.parametrize("who", WHO.values(), ids=WHO.keys())


@pytest.fixture
def shop(engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(engine, world, monkeypatch)


def scores(shop: Shop, **asked: object) -> dict[str, float]:
    return {item.id: item.score for item in shop.engine.recommend(k=240, **asked).items}


@each_who
def test_exploration_leaves_pins_where_they_are_and_keeps_caps(
    shop: Shop, world: World, who: dict[str, object]
) -> None:
    pin, later = world.item_id(99), world.item_id(int(np.flatnonzero(world.new)[-1]))
    shop.rules(
        f'rule = "pin"\nitems = ["{later}"]\nplace = 15',
        f'rule = "pin"\nitems = ["{pin}"]\nplace = 2',
        'rule = "cap"\nfacet = "brand"\nmost = 4\nfirst = 10',
    )
    draws = np.random.default_rng(5)
    shop.engine.pipeline.explorer = Explorer(Exploration("fresh", 1.0), draws)
    explored = 0
    for _ in range(60):
        answer = shop.engine.recommend(k=10, **who)
        explored += sum(
            one.reason is not None and one.reason.kind == "explore" for one in answer.items
        )
        assert answer.ids[1] == pin
        assert later not in answer.ids
        assert shop.engine.recommend(k=10, page=answer.next, **who).ids[4] == later
        counts = Counter(item.attributes.get("brand") for item in answer.items)
        counts.pop(None, None)
        assert max(counts.values(), default=0) <= 4
    assert explored > 20


@each_who
def test_where_there_is_nothing_to_explore_caps_hold_all_the_same(
    shop: Shop, who: dict[str, object]
) -> None:
    shop.rules('rule = "cap"\nfacet = "brand"\nmost = 4\nfirst = 10')
    touched = {"filter": "price >= 2 and price < 12", "k": 8}
    assert shop.engine.parts.known[2:12].all()
    plain = shop.engine.recommend(**touched, **who).ids
    shop.engine.pipeline.explorer = Explorer(Exploration("fresh", 1.0))
    assert shop.engine.recommend(**touched, **who).ids == plain


@pytest.mark.parametrize("k", [10, 20])
def test_the_evaluation_ranks_as_is_served_where_caps_reach_behind_the_dial(
    shop: Shop, world: World, k: int
) -> None:
    makers = ["big" if place % 4 else str(place) for place in range(240)]
    change(shop.engine, world, {place: {"brand": makers[place]} for place in range(240)})
    shop.rules('rule = "cap"\nfacet = "brand"\nmost = 2\nfirst = 20')
    shop.engine.pipeline.dial = Dial(0.3)
    draws = np.random.default_rng(5)
    for _ in range(20):
        told = [f"item-{place:04d}" for place in draws.choice(240, 5, replace=False)]
        known, level, view = shop.engine.history_of(None, None, told)
        ranked = shop.engine.rank(view, known.history, level, k).positions
        served = shop.engine.recommend(history=told, k=k).ids
        assert [view.cards[position].id for position in ranked.tolist()] == served


# -- ban and stock --------------------------------------------------------------------------


def test_what_is_banned_is_in_no_answer_and_all_else_is_as_before(shop: Shop) -> None:
    before = shop.everywhere()
    shop.rules('rule = "ban"\nwhere = "brand = \'Nord\'"')
    for ids, old in zip(shop.everywhere(), before, strict=True):
        assert set(shop.positions(old) % 3) == {0, 1, 2}
        assert set(shop.positions(ids) % 3) == {1, 2}
    for ids, old in list(zip(shop.everywhere(), before, strict=True))[:-1]:
        assert ids == [item for item in old if shop.positions([item])[0] % 3]
    shop.rules()
    assert shop.everywhere() == before


def test_what_is_sold_out_leaves_every_answer_at_the_next_request(shop: Shop, world: World) -> None:
    gone = shop.engine.recommend(k=1).ids[0]
    assert any(gone in ids for ids in shop.everywhere())
    place = int(gone[-4:])
    change(shop.engine, world, {place: {**attributes_of(place), "stock": 0}})
    assert all(gone not in ids for ids in shop.everywhere())
    late = ItemRecord("late", f"new {WORDS[3]}", {"stock": 0})
    shop.engine.store.put_items([late])
    assert "late" not in shop.engine.search(WORDS[3], k=240).ids
    change(shop.engine, world, {place: attributes_of(place)})
    shop.engine.store.put_items([ItemRecord("late", f"new {WORDS[3]}", {"stock": 2})])
    assert shop.engine.recommend(k=1).ids[0] == gone
    assert "late" in shop.engine.search(WORDS[3], k=240).ids


@each_who
def test_what_is_sold_out_between_two_pages_is_not_on_the_second(
    shop: Shop, world: World, who: dict
) -> None:
    expected = shop.engine.recommend(k=60, **who).ids
    first = shop.engine.recommend(k=20, **who)
    place = int(expected[21][-4:])
    change(shop.engine, world, {place: {**attributes_of(place), "stock": 0}})
    second = shop.engine.recommend(k=20, page=first.next, **who)
    assert second.ids == [*expected[20:21], *expected[22:41]]


# -- boost and bury -------------------------------------------------------------------------


def top(shop: Shop, who: dict) -> float:
    """Return the size of a good score."""
    view = shop.engine.now_showing
    return shop.engine.parts.choice.weights.top if known(who) else float(view.strangers.max())


def known(who: dict) -> bool:
    """Whether somebody has liked anything."""
    return "user" in who or who.get("history") == ["item-0005"]


@each_who
@pytest.mark.parametrize(("rule", "sign"), [("boost", 1), ("bury", -1)])
def test_a_boost_or_bury_adds_its_share_of_a_good_score_and_nothing_else(
    shop: Shop, who: dict, rule: str, sign: int
) -> None:
    before = scores(shop, **who)
    shop.rules(f'rule = "{rule}"\nwhere = "price < 120"\nby = 0.3')
    after = scores(shop, **who)
    size = np.float32(sign * 0.3 * top(shop, who))
    assert before.keys() == after.keys()
    for item, score in before.items():
        moved = size if int(item[-4:]) < 120 else 0
        assert after[item] == pytest.approx(score + moved, rel=1e-5, abs=1e-9)
    values = list(after.values())
    if known(who):  # the order of strangers spreads looks at its head
        assert values == sorted(values, reverse=True)


@each_who
def test_a_page_after_a_boost_is_what_the_longest_answer_begins_with(shop: Shop, who: dict) -> None:
    shop.rules('rule = "boost"\nwhere = "brand = \'Ost\' and price > 100"\nby = 0.5')
    whole = shop.engine.recommend(k=60, **who)
    first = shop.engine.recommend(k=20, **who)
    second = shop.engine.recommend(k=20, page=first.next, **who)
    assert (*first.items, *second.items) == whole.items[:40]
    share = (shop.positions(first.ids) % 3 == 2).mean()
    shop.rules()
    plain = shop.positions(shop.engine.recommend(k=20, **who).ids)
    assert share > (plain % 3 == 2).mean()


# -- pin and cap ----------------------------------------------------------------------------


@each_who
def test_pinned_items_stand_at_their_places(shop: Shop, world: World, who: dict) -> None:
    plain = shop.engine.recommend(k=240, **who).ids
    last, before = plain[-1], plain[-2]
    shop.rules(f'rule = "pin"\nitems = ["{last}", "{before}"]\nplace = 3')
    found = shop.engine.recommend(k=20, **who).ids
    assert found == [*plain[:2], last, before, *plain[2:18]]
    following = shop.engine.recommend(k=20, page=shop.engine.recommend(k=20, **who).next, **who)
    assert following.ids == plain[18:38]
    # One that may not be seen leaves its place to the others; the next one keeps its own.
    left = shop.engine.recommend(k=20, exclude=[last], **who).ids
    assert left == [*plain[:3], before, *plain[3:19]]
    shop.engine.store.hide(before, True)
    assert shop.engine.recommend(k=20, exclude=[last], **who).ids == plain[:20]


def test_an_answer_with_strong_rules_has_pages_enough(shop: Shop) -> None:
    """What is moved far could end an answer right behind its first page."""
    shop.rules(
        'rule = "bury"\nname = "far"\nwhere = "brand = \'Nord\'"\nby = 5.0',
        'rule = "boost"\nname = "up"\nwhere = "price > 100"\nby = 0.5',
    )
    answer = shop.engine.recommend("person-0003", k=7)
    ids = answer.ids
    while answer.next:
        answer = shop.engine.recommend("person-0003", k=50, page=answer.next)
        ids += answer.ids
    assert len(ids) == len(set(ids)) >= 150
    assert ids == shop.engine.recommend("person-0003", k=len(ids)).ids


def test_what_somebody_liked_is_not_pinned_for_them(shop: Shop, world: World) -> None:
    item = an_item(world, 4)
    shop.rules(f'rule = "pin"\nitems = ["{item}"]')
    assert shop.engine.recommend("anna", k=5).ids[0] == item
    like(shop.engine, item, "anna")
    assert item not in shop.engine.recommend("anna", k=240).ids


@each_who
def test_a_cap_holds_in_the_first_places_and_the_page_is_full(shop: Shop, who: dict) -> None:
    plain = shop.engine.recommend(k=240, **who).ids
    shop.rules('rule = "cap"\nfacet = "stock"\nmost = 2\nfirst = 10')
    found = shop.engine.recommend(k=20, **who).ids
    stock = Counter((shop.positions(found[:10]) % 5).tolist())
    assert stock == dict.fromkeys(range(5), 2)
    taken: Counter[int] = Counter()
    first = []
    for item in plain:  # one greedy pass by hand
        value = int(item[-4:]) % 5
        if taken[value] < 2 and len(first) < 10:
            taken[value] += 1
            first.append(item)
    assert found[:10] == first
    assert found[10:] == [item for item in plain if item not in first][:10]


@each_who
def test_a_cap_that_cannot_be_kept_fills_the_page_all_the_same(shop: Shop, who: dict) -> None:
    shop.rules('rule = "cap"\nfacet = "brand"\nmost = 2\nfirst = 20')
    found = shop.engine.recommend(k=20, **who).ids
    assert len(set(found)) == 20
    assert Counter(BRANDS[p % 3] for p in shop.positions(found[:6])) == dict.fromkeys(BRANDS, 2)


# -- the file -------------------------------------------------------------------------------


def test_rules_are_read_anew_and_a_broken_file_keeps_them(shop: Shop) -> None:
    plain = shop.engine.recommend(k=240).ids
    nord = [item for item in plain if int(item[-4:]) % 3]
    shop.toml.write_text(shop.own + '\n[[rules]]\nrule = "ban"\nwhere = "brand = \'Nord\'"\n')
    assert shop.engine.recommend(k=240).ids == plain  # not looked at yet
    shop.now += 1
    assert shop.engine.recommend(k=240).ids == nord
    shop.write("[[rules")
    assert shop.engine.recommend(k=240).ids == nord
    assert "not valid TOML" in shop.engine.pipeline.rules.live.problem
    shop.rules()
    assert shop.engine.recommend(k=240).ids == plain


def test_a_rule_holds_for_what_came_later(shop: Shop) -> None:
    shop.rules('rule = "ban"\nwhere = "brand = \'Süd\'"')
    late = [ItemRecord(name, f"new {WORDS[3]}", {"brand": name}) for name in ("Süd", "Nord")]
    shop.engine.store.put_items(late)
    ids = shop.engine.search(WORDS[3], k=240).ids
    assert "Nord" in ids
    assert "Süd" not in ids


def test_an_opened_workspace_follows_its_own_rules(shop: Shop) -> None:
    shop.rules('rule = "ban"\nwhere = "price < 200"')
    with open_engine(shop.engine.store.workspace.root) as opened:
        assert sorted(shop.positions(opened.recommend(k=240).ids).tolist()) == [*range(200, 240)]


# -- mistakes -------------------------------------------------------------------------------


def test_what_is_wrong_with_the_rules_is_told_until_it_is_mended(shop: Shop) -> None:
    assert shop.engine.rule_problems == ()
    shop.rules('rule = "ban"\nname = "dear"\nwhere = "prize > 3"')
    (said,) = shop.engine.rule_problems
    assert said.startswith("dear does nothing")
    assert "prize" in said
    shop.rules('rule = "bann"\nwhere = "price > 3"')
    broken, kept = shop.engine.rule_problems
    assert broken.startswith("the rules from before are kept")
    assert "bann" in broken
    assert kept == said
    shop.rules()
    assert shop.engine.rule_problems == ()
