"""One picture or product stands once on a page, if it is wished so: late and changed ones too."""

from __future__ import annotations

import numpy as np
from msgspec import structs
from test_live import an_item, like

from beholder.behaviour.history import EMPTY
from beholder.engine.diversity import diversity
from beholder.engine.engine import Engine
from beholder.engine.rerank import Dial
from beholder.engine.slate import Known, Request, slate_of
from beholder.rules.fit import Fitted
from beholder.store import ItemRecord
from beholder.store.answers import HISTORY
from planted import World, picture, record

NEAR, VARIANTS = Dial(near=0.95), Dial(one_variant=True)


def twins(engine: Engine, world: World, count: int) -> list[str]:
    """Put late items with the words and the picture of one that is there; return all of them."""
    item = an_item(world, 3, 2)
    position = int(item[-4:])
    names = [f"twin-{number}" for number in range(count)]
    for name in names:
        engine.store.put_items([ItemRecord(name, world.texts[position], {}, [picture(position)])])
        engine.refresh()
    return [item, *names]


def test_a_picture_stands_once_on_a_page_and_the_page_is_full(engine: Engine, world: World) -> None:
    alike = twins(engine, world, 6)
    told = {"history": [an_item(world, 3, number) for number in (0, 1)]}
    # So few are left that all of them have a place among the 200 of an answer.
    told["exclude"] = [one for one in engine.recommend(k=246, **told).ids if one not in alike][150:]
    plain = engine.recommend(k=60, **told).ids
    assert len(set(alike) & set(plain)) > 2
    engine.pipeline.dial = NEAR
    found = engine.recommend(k=60, **told)
    assert len(found.ids) == len(set(found.ids)) == 60
    assert len(set(alike) & set(found.ids)) == 1
    gone = [item for item in alike if item not in found.ids]
    # The others keep their order, and what was kept back comes on a later page.
    first = [item for item in plain if item not in gone]
    assert [item for item in found.ids if item in first] == first
    later = engine.recommend(k=200, page=found.next, **told).ids
    assert set(gone) <= set(later)


def test_where_all_is_one_picture_the_page_is_full_all_the_same(
    engine: Engine, world: World
) -> None:
    alike = twins(engine, world, 6)
    engine.pipeline.dial = NEAR
    others = [world.item_id(i) for i in range(240) if world.item_id(i) not in alike]
    answer = engine.recommend(history=[an_item(world, 3)], k=5, exclude=others)
    assert len(set(answer.ids)) == 5
    assert set(answer.ids) <= set(alike)


def test_many_pictures_of_one_thing_leave_the_page_to_others(engine: Engine, world: World) -> None:
    """More of them than a page is put together from."""
    item = an_item(world, 3, 2)
    position = int(item[-4:])
    engine.store.put_items(
        [
            ItemRecord(f"twin-{n}", world.texts[position], {}, [picture(position)])
            for n in range(250)
        ]
    )
    view = engine.refresh()
    alike = np.arange(240, 490)
    others = np.setdiff1d(np.arange(240), [position])
    order = np.concatenate([alike, others]).astype(np.int32)
    query = view.blend.ask(EMPTY)
    known, reading = Known(EMPTY, query), view.blend.read(query)
    for k in (20, 100):
        request = Request(known, "personal", k, view.shown, reading, Fitted(), NEAR)
        scores = np.linspace(2, 1, len(order), dtype=np.float32)
        found = diversity(request, view, slate_of(order, scores, (), HISTORY))
        assert found.positions[:k].tolist() == order[[0, *range(250, 249 + k)]].tolist()
        assert found.short == 0


def as_product(engine: Engine, world: World, positions: list[int], code: str) -> list[str]:
    """Make known items variants of one product."""
    engine.store.put_items(
        [structs.replace(record(world, p), attributes={"product_code": code}) for p in positions]
    )
    return [world.item_id(p) for p in positions]


def test_one_variant_of_a_product_stands_on_a_page_from_the_next_request_on(
    engine: Engine, world: World
) -> None:
    engine.pipeline.dial = VARIANTS
    told = {"history": [an_item(world, 3, number) for number in (0, 1)]}
    before = engine.recommend(k=20, **told).ids
    variants = as_product(engine, world, [int(item[-4:]) for item in before[2:7]], "coat")
    after = engine.recommend(k=20, **told)
    assert [item for item in after.ids if item in variants] == variants[:1]
    assert len(set(after.ids)) == 20
    # The others come after one of each other product, on whatever page that is.
    both = engine.recommend(k=100, page=after.next, **told).ids
    assert not set(both) & set(variants)
    assert engine.recommend(k=60, **told).ids == (after.ids + both)[:60]
    # And when they are products of their own again, all stand there.
    for number, item in enumerate(variants):
        as_product(engine, world, [int(item[-4:])], f"coat {number}")
    assert engine.recommend(k=20, **told).ids == before


def late(engine: Engine, world: World, name: str, code: str) -> None:
    """Put a late item of a product, which looks like others of its taste."""
    position = int(an_item(world, 3, 2)[-4:])
    words, own = world.texts[position], {"product_code": code}
    engine.store.put_items([ItemRecord(name, words, own, [picture(position)])])
    engine.refresh()


def test_late_items_are_variants_of_what_has_their_code_alone(engine: Engine, world: World) -> None:
    """Whichever came first, and whatever came between."""
    (known,) = as_product(engine, world, [int(an_item(world, 3, 5)[-4:])], "hat")
    for name, code in (("a", "coat"), ("b", "scarf"), ("c", "coat"), ("d", "hat")):
        late(engine, world, name, code)
    view = engine.refresh()
    groups = {
        name: int(view.groups[view.position_of_id[name]]) for name in ["a", "b", "c", "d", known]
    }
    assert groups["a"] == groups["c"] >= 0
    assert groups["d"] == groups[known] >= 0
    assert len(set(groups.values())) == 3
    engine.pipeline.dial = VARIANTS
    ids = engine.recommend(history=[an_item(world, 3)], k=300).ids  # all that there is
    assert {"a", "b", "c", "d"} <= set(ids)
    page = engine.recommend(history=[an_item(world, 3)], k=60).ids
    assert len({"a", "c"} & set(page)) == 1
    assert "b" in page
    late(engine, world, "c", "scarf of its own")
    page = engine.recommend(history=[an_item(world, 3)], k=60).ids
    assert {"a", "b", "c"} <= set(page)


def test_what_somebody_likes_does_not_hide_its_variants(engine: Engine, world: World) -> None:
    one, two = as_product(engine, world, [int(an_item(world, 3, n)[-4:]) for n in (0, 1)], "coat")
    like(engine, one, "anna")
    plain = engine.recommend("anna", k=100).ids
    assert two in plain
    engine.pipeline.dial = VARIANTS
    assert engine.recommend("anna", k=100).ids == plain
