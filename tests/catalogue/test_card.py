from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.catalogue.card import OrderLeak, card, gini, id_ranks
from beholder.store import ItemRecord, Store

HOUR = 3_600_000


def baskets(store: Store, order: Any) -> None:
    """Twenty people with a basket of four items each, stored in some order."""
    store.put_items([ItemRecord(str(i), str(i)) for i in range(40)])
    draw = random.Random(1)
    for person in range(20):
        items = order([str(draw.randrange(40)) for _ in range(4)], draw)
        store.record([Event(item, "purchase", user=f"u{person}", time=1_000) for item in items])


def rising(items: list[str], _: random.Random) -> list[str]:
    return sorted(set(items), key=int)


def falling(items: list[str], _: random.Random) -> list[str]:
    return sorted(set(items), key=int, reverse=True)


def shuffled(items: list[str], draw: random.Random) -> list[str]:
    items = list(dict.fromkeys(items))
    draw.shuffle(items)
    return items


@pytest.mark.parametrize(("order", "found"), [(rising, True), (falling, True), (shuffled, False)])
def test_an_order_that_follows_the_item_id_is_found(store: Store, order: Any, found: bool) -> None:
    baskets(store, order)
    for _ in range(2):  # from SQL, then from segments
        leak = card(store).order
        assert leak.found is found
        assert leak.pairs > 50
        if order is rising:
            assert leak.rising == leak.pairs
        store.seal()
    warned = any("order leak" in warning for warning in card(store).warnings)
    assert warned is found


def test_few_pairs_prove_nothing() -> None:
    assert not OrderLeak(19, 19).found
    assert not OrderLeak(0, 0).found
    assert OrderLeak(20, 20).found


def test_ids_are_ranked_as_numbers_where_all_are_numbers() -> None:
    assert id_ranks(["10", "9", "100"]).tolist() == [1, 0, 2]
    assert id_ranks(["10", "9", "x"]).tolist() == [0, 1, 2]


def test_last_events_of_a_basket_are_counted_as_completion(store: Store) -> None:
    store.put_items([ItemRecord(str(i), str(i)) for i in range(9)])
    for person, gap in (("near", HOUR), ("far", HOUR + 1)):
        times = [0, 1, 2, 3, 3 + gap]
        store.record([Event(str(i), "click", user=person, time=t) for i, t in enumerate(times)])
    store.record([Event("0", "click", user="short", time=t) for t in (1, 2)])
    made = card(store)
    assert (made.targets, made.basket_completion) == (2, 0.5)


def test_counts_density_and_pictures(store: Store) -> None:
    red = "aa" * 32
    store.put_items(
        [
            ItemRecord("a", "A", {}, [red]),
            ItemRecord("b", "B", {}, [red, "bb" * 32]),
            ItemRecord("c", "C"),
        ]
    )
    store.set_picture_facts({red: (1, 1, "#ff0000")})
    store.record([Event("a", "click", user=u, time=t) for u, t in (("x", 1), ("x", 2), ("y", 3))])
    made = card(store)
    assert (made.users, made.items, made.events, made.pairs) == (2, 3, 3, 2)
    assert made.density == pytest.approx(2 / 6)
    assert made.kinds == {"click": 3}
    assert (made.items_without_picture, made.items_sharing_a_picture) == (1, 2)
    assert made.items_with_several_pictures == 1
    assert (made.pictures, made.pictures_not_encoded) == (2, 1)
    assert made.items_without_events == 2
    assert made.top_tenth_share == 1.0


def test_an_empty_store_has_a_card(store: Store) -> None:
    made = card(store)
    assert (made.users, made.items, made.events, made.warnings) == (0, 0, 0, [])


def test_gini_agrees_with_its_definition_by_pairs() -> None:
    counts = np.array([1, 5, 0, 9, 2, 2])
    differences = np.abs(counts[:, None] - counts[None, :]).sum()
    assert gini(counts) == pytest.approx(differences / (2 * len(counts) * counts.sum()))
    assert gini(np.zeros(3, np.int64)) == 0.0
