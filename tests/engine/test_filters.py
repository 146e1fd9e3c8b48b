"""A filter of one question: a full page of what it holds for, right at the next request."""

from __future__ import annotations

import numpy as np
import pytest
from shop import BRANDS, change, stocked
from test_live import an_item

from beholder.engine.engine import Engine
from beholder.engine.question import Question
from beholder.errors import FilterError, UsageError
from beholder.store import ItemRecord
from planted import WORDS, World


@pytest.fixture
def shop(engine: Engine, world: World) -> Engine:
    stocked(engine, world)
    return engine


def positions(ids: list[str]) -> np.ndarray:
    return np.array([int(item[-4:]) for item in ids])


WHO = [{}, {"user": "person-0003"}, {"history": ["item-0005"]},
       {"history": [{"item": "item-0001", "kind": "dislike"}]}]  # fmt: skip


@pytest.mark.parametrize("who", WHO, ids=["stranger", "person", "session", "dislike alone"])
def test_a_narrow_filter_still_fills_a_page(shop: Engine, who: dict) -> None:
    everything = positions(shop.recommend(k=1000, **who).ids)
    expected = everything[everything < 50]
    found = shop.recommend(k=20, filter="price < 50", **who)
    assert positions(found.ids).tolist() == expected[:20].tolist()
    one = shop.recommend(k=20, filter="price = 77", **who)
    assert positions(one.ids).tolist() == [77]
    assert one.next is None
    assert shop.recommend(k=20, filter="price < 0", **who).ids == []


@pytest.mark.parametrize("who", WHO, ids=["stranger", "person", "session", "dislike alone"])
def test_pages_of_a_filtered_answer_are_filtered(shop: Engine, who: dict) -> None:
    text = f"brand = '{BRANDS[1]}'"
    whole = shop.recommend(k=80, filter=text, **who).ids
    assert set(positions(whole) % 3) == {1}
    first = shop.recommend(k=20, filter=text, **who)
    second = shop.recommend(k=20, filter=text, page=first.next, **who)
    assert [*first.ids, *second.ids] == whole[:40]
    unsaid = shop.recommend(k=20, page=first.next, **who)  # the same answer goes on
    assert unsaid.ids == second.ids


def test_a_filter_changes_no_score(shop: Engine, world: World) -> None:
    name = world.user_id(8)
    plain = {item.id: item.score for item in shop.recommend(name, k=240).items}
    for item in shop.recommend(name, k=30, filter="stock >= 3 and not brand = 'Ost'").items:
        assert item.score == pytest.approx(plain[item.id], rel=1e-6)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("prize < 50", "no item has 'prize'"),
        ("price < cheap", "expected a number"),
        ("price < '50'", "'price' is a number"),
        ("price <", "expected a number"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(shop: Engine, text: str, words: str) -> None:
    for who in WHO:
        with pytest.raises(FilterError, match=words):
            shop.recommend(filter=text, **who)


def test_questions_are_told_by_name_or_whole(shop: Engine, world: World) -> None:
    name, text = world.user_id(2), "price >= 100"
    asked = Question(k=7, filter=text)
    assert (
        shop.recommend(name, question=asked).items == shop.recommend(name, k=7, filter=text).items
    )
    assert len(shop.recommend(name, question=asked, k=3).items) == 3
    with pytest.raises(UsageError, match="a question has no fliter"):
        shop.recommend(name, fliter=text)


# -- what changes ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", WHO, ids=["stranger", "person", "session", "dislike alone"])
def test_another_price_is_filtered_by_at_the_next_request(
    shop: Engine, world: World, who: dict
) -> None:
    ids = shop.recommend(k=240, filter="price < 50", **who).ids
    moved, new = int(ids[3][-4:]), 201
    assert world.item_id(new) not in ids
    change(shop, world, {moved: {"price": 99.0}, new: {"price": 1.5}})
    after = shop.recommend(k=240, filter="price < 50", **who).ids
    assert set(after) == {*ids, world.item_id(new)} - {world.item_id(moved)}
    # And what it no longer has is missing.
    assert world.item_id(new) not in shop.recommend(k=240, filter="exists(brand)", **who).ids


def test_a_late_item_is_filtered_by_what_it_has(shop: Engine, world: World) -> None:
    told = {"history": [an_item(world, 3)]}
    assert shop.recommend(k=240, filter="price < 0", **told).ids == []
    late = ItemRecord("late", f"new {WORDS[3]}", {"price": -2.0, "brand": "Süd"})
    shop.store.put_items([late, ItemRecord("bare", f"new {WORDS[3]}", {})])
    assert shop.recommend(k=240, filter="price < 0", **told).ids == ["late"]
    assert shop.recommend(k=240, filter="brand = 'Süd'", **told).ids == ["late"]
    assert "bare" in shop.recommend(k=300, filter="not exists(price)", **told).ids
    shop.store.put_items([ItemRecord("late", f"new {WORDS[3]}", {"price": 500.0})])
    assert shop.recommend(k=240, filter="price < 0", **told).ids == []
    assert "late" in shop.recommend(k=240, filter="price > 400", **told).ids
    assert "late" in shop.recommend(k=300, filter="not exists(brand)", **told).ids


def test_an_attribute_that_came_with_a_late_item_can_be_asked_for(
    shop: Engine, world: World
) -> None:
    with pytest.raises(FilterError, match="no item has 'season'"):
        shop.recommend(filter="season = 'summer'")
    shop.store.put_items([ItemRecord("late", f"new {WORDS[3]}", {"season": "summer"})])
    assert shop.recommend(filter="season = 'summer'", history=[an_item(world, 3)]).ids == ["late"]
    assert len(shop.recommend(k=300, filter="not season = 'summer'").ids) == 240


def test_what_is_similar_and_what_is_found_is_filtered_too(shop: Engine, world: World) -> None:
    text = f"brand = '{BRANDS[2]}' and price < 100"

    def held(ids: list[str]) -> list[str]:
        at = positions(ids)
        return [item for item, good in zip(ids, (at % 3 == 2) & (at < 100), strict=True) if good]

    alike = shop.similar(world.item_id(11), k=1000).ids
    assert shop.similar(world.item_id(11), k=1000, filter=text).ids == held(alike)
    found = shop.search("amber birch coral dusk", k=1000).ids
    assert 0 < len(held(found)) < len(found)
    assert shop.search("amber birch coral dusk", k=1000, filter=text).ids == held(found)
    with pytest.raises(FilterError, match="no item has 'prize'"):
        shop.similar(world.item_id(11), filter="prize < 3")
