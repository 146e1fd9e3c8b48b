"""One variant of each product: the first of an answer that has them all."""

from __future__ import annotations

import msgspec
import pytest
from test_explore import exploring
from test_live import an_item

from beholder.engine.answer import Answer
from beholder.engine.engine import Engine
from beholder.engine.explore import Exploration
from beholder.engine.variants import Variants
from beholder.service.chips import Chips
from beholder.settings import PagesSettings
from beholder.store import ItemRecord
from planted import World, picture

TASTES = (None, 0, 3, 5)


def told(world: World, taste: int | None) -> list[str]:
    return [] if taste is None else [an_item(world, taste, number) for number in (0, 1)]


def put_products(engine: Engine, world: World, n: int) -> dict[str, str]:
    """Let items share a product, n each; return the product of each item."""
    products = {world.item_id(i): f"p{i // n}" for i in range(240)}
    records = [
        ItemRecord(item, world.texts[i], {"product_code": code}, [picture(i)])
        for i, (item, code) in enumerate(products.items())
    ]
    engine.store.put_items(records)
    engine.refresh(patience=60)
    return products


@pytest.mark.parametrize("n", [1, 3, 24])
def test_later_variants_are_left_out_and_nothing_else_moves(
    engine: Engine, world: World, n: int
) -> None:
    product_of = put_products(engine, world, n)
    for taste in TASTES:
        for k in (10, 40):
            every = engine.recommend(history=told(world, taste), k=240).ids
            firsts = {product_of[item]: item for item in reversed(every)}
            expected = [item for item in every if firsts[product_of[item]] == item]
            one = engine.recommend(history=told(world, taste), k=k, variants="one")
            assert one.ids == expected[:k]
            if one.next:
                later = engine.recommend(
                    history=told(world, taste), k=k, variants="one", page=one.next
                )
                assert later.ids == expected[k : 2 * k]


def test_an_answer_under_load_has_one_of_each_product_and_none_that_was_refused(
    engine: Engine, world: World
) -> None:
    product_of = put_products(engine, world, 3)

    def simple(user: str, k: int, *exclude: str, variants: Variants = "one") -> Answer:
        body = engine.simple_json(engine.store.snapshot(user, None), k, exclude, variants)
        assert body is not None
        return msgspec.json.decode(body, type=Answer)

    every = simple("nobody", 200, variants="all")
    assert every.variants is None
    no, there, *_ = dict.fromkeys(product_of[item] for item in every.ids)
    first = {product_of[item]: item for item in reversed(every.ids)}
    engine.record({"item": first[no], "kind": "dislike", "user": "ann"})
    expected = [item for item in every.ids if first[product_of[item]] == item]
    assert simple("nobody", 20).ids == expected[:20]
    found = simple("ann", 20, first[there])
    assert found.ids == [item for item in expected if product_of[item] not in (no, there)][:20]
    assert found.variants == dict.fromkeys(found.ids, 2)


def test_of_a_product_with_many_variants_an_item_names_itself(engine: Engine, world: World) -> None:
    put_products(engine, world, 100)
    shown = [one.id for one in engine.variants(world.item_id(98))]
    assert len(shown) == 60
    assert shown[-1] == world.item_id(98)
    assert [one.id for one in engine.variants(world.item_id(3))] == [
        world.item_id(i) for i in range(60)
    ]


def test_pages_have_no_chips_rather_than_an_error(
    engine: Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    chips = Chips(PagesSettings(variants="neither"))  # type: ignore[arg-type]
    assert chips.of(engine) == ()
    assert "counting choices of one tap" in capsys.readouterr().err


@pytest.mark.parametrize("variants", ["one", "all"])
def test_what_is_left_without_a_part_of_a_search_is_what_that_search_finds(
    engine: Engine, world: World, variants: Variants
) -> None:
    put_products(engine, world, 8)
    words = world.texts[0].split()[0]
    choices = {"product_code": ("p0", "p1"), "nowhere": ("x",)}
    unworded, left = engine.without(words, choices, variants)
    assert unworded == 0
    assert left["product_code", "p0"] == left["product_code", "p1"] == 0
    both = engine.search(words, choices={"product_code": ["p0", "p1"]}, variants=variants)
    assert left["nowhere", "x"] == both.total > 0
    unworded, left = engine.without(words, {"product_code": ("p0", "p1")}, variants)
    assert unworded == (2 if variants == "one" else 16)
    alone = engine.search(words, choices={"product_code": "p1"}, variants=variants)
    assert left["product_code", "p0"] == alone.total


def test_what_is_explored_is_on_the_page_and_beside_no_variant_of_it(
    engine: Engine, world: World
) -> None:
    product_of = put_products(engine, world, 3)
    trying = exploring(engine, Exploration("rare", 1.0))
    for number in range(40):
        answer = trying.recommend(history=told(world, number % 6), k=20, variants="one")
        assert [item.reason.kind for item in answer.items].count("explore") == 1
        assert len({product_of[item] for item in answer.ids}) == 20
