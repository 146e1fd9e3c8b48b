"""What an explanation says of rules, and of the answer in which an item stood."""

from __future__ import annotations

import pytest
from shop import Shop, change

from beholder.engine.answer import Away
from beholder.engine.engine import Engine
from beholder.engine.keep import Keep
from beholder.errors import UnknownAnswerError
from beholder.store import GroupWriter
from planted import World

USER = "person-0003"
RULES = (
    'rule = "boost"\nname = "summer"\nwhere = "brand = \'Nord\'"\nby = 0.5',
    'rule = "bury"\nname = "dear"\nwhere = "price > 60"\nby = 0.25',
)


@pytest.fixture
def shop(engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch) -> Shop:
    return Shop(engine, world, monkeypatch)


def kept(engine: Engine) -> Engine:
    assert engine.store is not None
    engine.keep = Keep(engine.store.waiting, 1.0)
    return engine


def written(engine: Engine) -> None:
    assert engine.store is not None
    GroupWriter(engine.store).close()


def test_rules_stand_in_the_explanation_by_name_and_in_the_score(shop: Shop) -> None:
    items = ["item-0063", "item-0066", "item-0003", "item-0061"]  # Nord and dear, Nord, dear
    plain = {item: shop.engine.explain(item, USER) for item in items}
    shop.rules(*RULES)
    top = shop.engine.parts.choice.weights.top
    wanted = {
        "item-0063": {"summer": 0.5 * top, "dear": -0.25 * top},
        "item-0066": {"summer": 0.5 * top, "dear": -0.25 * top},
        "item-0003": {"summer": 0.5 * top},
        "item-0061": {"dear": -0.25 * top},
    }
    scores = shop.engine.score(items, USER)
    for item in items:
        why = shop.engine.explain(item, USER)
        assert {rule.name: rule.value for rule in why.rules} == pytest.approx(wanted[item])
        assert plain[item].rules == ()
        whole = why.base + sum(s.share for s in why.shares) + sum(r.value for r in why.rules)
        assert why.score == pytest.approx(whole, abs=1e-6)
        assert why.score == pytest.approx(plain[item].score + sum(wanted[item].values()), abs=1e-5)
        assert scores[item] == pytest.approx(why.score, abs=1e-5)


WHO = [
    {"user": USER},
    {"history": ["item-0005"]},
    {"history": [{"item": "item-0001", "kind": "dislike"}]},
    {},
]


@pytest.mark.parametrize("who", WHO, ids=["person", "session", "dislike alone", "stranger"])
def test_with_several_rules_every_item_of_a_list_has_its_own_score(shop: Shop, who: dict) -> None:
    """Each rule moves items, and the next one must follow them."""
    shop.rules(*RULES, 'rule = "bury"\nname = "west"\nwhere = "brand = \'West\'"\nby = 0.4')
    for k in (10, 240):
        answer = shop.engine.recommend(k=k, **who)
        scores = [item.score for item in answer.items]
        own = shop.engine.score(answer.ids, **who)
        assert scores == pytest.approx([own[item] for item in answer.ids], abs=1e-5)
        if answer.level != "popular":  # strangers see one order that is varied
            assert scores == sorted(scores, reverse=True)


def test_why_an_item_is_in_no_answer_is_told(shop: Shop) -> None:
    engine = shop.engine
    first = engine.recommend(USER, k=4).ids
    assert {engine.explain(item, USER).away for item in first} == {()}
    engine.record({"item": first[0], "kind": "dislike", "user": USER})
    engine.record({"item": first[1], "kind": "view", "user": USER})
    shop.rules('rule = "ban"\nname = "north"\nwhere = "brand = \'Nord\'"')
    told = {item: engine.explain(item, USER).away for item in engine.now_showing.position_of_id}
    left = engine.recommend(USER, k=len(told)).ids
    assert {item for item, away in told.items() if not away} == set(left)
    ours = {(one.kind, one.rule) for away in told.values() for one in away}
    assert ours == {("banned", "north"), ("disliked", ""), ("seen", "")}
    change(engine, shop.world, {1: {"brand": "West", "stock": 0}})
    shop.now += 1000
    assert Away("out_of_stock") in engine.explain("item-0001", USER).away


def test_how_an_item_stood_in_an_answer_is_told_on_every_page(engine: Engine) -> None:
    kept(engine)
    first = engine.recommend(USER, k=10)
    second = engine.recommend(USER, k=10, page=first.next)
    written(engine)
    for page in (first, second):
        for number in (0, 7):
            item = page.items[number]
            placed = engine.explain(item.id, USER, answer=first.answer).placed
            assert placed is not None
            assert (placed.place, placed.bundle) == (page.place + number, engine.bundle)
            assert (placed.score, placed.chance) == (pytest.approx(item.score), 1.0)
            assert placed.source == "history"
    assert engine.explain(first.ids[0], USER).placed is None


def test_a_pinned_item_is_told_from_those_that_scores_brought(shop: Shop) -> None:
    engine = kept(shop.engine)
    shop.rules('rule = "pin"\nname = "ours"\nitems = ["item-0100"]\nplace = 2')
    answer = engine.recommend(USER, k=5)
    written(engine)
    placed = engine.explain("item-0100", USER, answer=answer.answer).placed
    assert placed is not None
    assert (placed.place, placed.source) == (1, "pinned")
    own = engine.score(["item-0100"], USER)["item-0100"]
    assert placed.score == pytest.approx(answer.items[1].score)
    assert placed.score > own


def test_only_an_answer_to_the_same_person_is_told_of(engine: Engine) -> None:
    kept(engine)
    mine = engine.recommend(USER, k=5)
    nobodys = engine.recommend(k=5)
    written(engine)
    for who, answer in (("person-0004", mine), (USER, nobodys), (None, mine)):
        with pytest.raises(UnknownAnswerError, match="no answer"):
            engine.explain(answer.ids[0], who, answer=answer.answer)
    absent = next(i for i in engine.recommend(USER, k=50).ids if i not in mine.ids)
    with pytest.raises(UnknownAnswerError, match="was not in answer"):
        engine.explain(absent, USER, answer=mine.answer)
    for name in ("", "zz", "00" * 8, "é" * 100):
        with pytest.raises(UnknownAnswerError, match="no answer"):
            engine.explain(mine.ids[0], USER, answer=name)
