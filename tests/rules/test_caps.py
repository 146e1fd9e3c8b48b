"""Caps: at most so many of each value in the first places, against a slow greedy choice."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from beholder.rules.caps import Capped, Limit, capped, keep
from beholder.rules.facets import Facets

Entries = list[tuple[Hashable, ...]]


def brands(*values: str | None) -> list[tuple[Hashable, ...]]:
    return [() if value is None else (value,) for value in values]


def kept(most: int, first: int, values: Entries) -> Capped:
    return keep([Limit("brand", most, first)], [values], len(values))


def test_what_is_over_the_cap_stands_behind_the_first_places() -> None:
    found = kept(2, 4, brands("x", "x", "x", "y", "x", "z", "y"))
    assert found.order.tolist() == [0, 1, 3, 5, 2, 4, 6]
    assert found.order.dtype == np.int32
    assert (found.moved, found.short) == (1, 0)


def test_what_has_no_value_has_no_cap() -> None:
    assert kept(1, 3, brands(None, None, None)).order.tolist() == [0, 1, 2]


def test_an_item_of_several_values_counts_for_each() -> None:
    found = kept(1, 3, [("a", "b"), ("b",), ("a", "c"), ("c",), ("d",)])
    assert found.order.tolist() == [0, 3, 4, 1, 2]


def test_where_nothing_else_is_left_the_page_is_filled_and_says_how_much_it_lacks() -> None:
    found = kept(1, 4, brands("x", "x", "y", "x", "x"))
    assert found.order.tolist() == [0, 2, 1, 3, 4]
    assert (found.moved, found.short) == (0, 2)


def test_a_slate_shorter_than_the_first_places_is_filled_too() -> None:
    found = kept(1, 20, brands("x", "x", "y"))
    assert found.order.tolist() == [0, 2, 1]
    assert found.short == 1


def test_several_caps_hold_each_in_its_own_places() -> None:
    limits = [Limit("brand", 1, 2), Limit("colour", 2, 4)]
    colours = brands("r", "r", "r", "b", "r")
    found = keep(limits, [brands("x", "x", "y", "z", "w"), colours], 5)
    assert found.order.tolist() == [0, 2, 3, 1, 4]
    assert found.short == 1  # the fourth place: all that is left is red


def test_a_cap_has_no_say_behind_its_own_places() -> None:
    limits = [Limit("brand", 1, 2), Limit("colour", 9, 4)]
    values = brands("x", "x", "y", "z")
    assert keep(limits, [values, values], 4).order.tolist() == [0, 2, 1, 3]


def test_values_come_from_the_facets_of_the_slate() -> None:
    items = [{"brand": "x", "tags": ["a"], "price": 1.0}, {"tags": ["a", "b"]}, {"brand": "x"}]
    facets = Facets.of(items, {})
    slate = np.array([2, 0, 1])
    for facet, order in (("brand", [0, 2, 1]), ("tags", [0, 1, 2]), ("price", [0, 1, 2])):
        assert capped([Limit(facet, 1, 2)], facets, slate).order.tolist() == order
    nothing = capped([], facets, slate)
    assert (nothing.order.tolist(), nothing.moved, nothing.short) == ([0, 1, 2], 0, 0)


def slowly(limits: list[Limit], entries: list[Entries], size: int) -> tuple[list[int], int]:
    """Fill one place after the other with the first that no limit refuses there; count others."""
    order: list[int] = []
    short = 0
    for place in range(size):
        left = [candidate for candidate in range(size) if candidate not in order]

        def free(candidate: int, place: int = place) -> bool:
            for limit, values in zip(limits, entries, strict=True):
                for value in values[candidate]:
                    before = sum(value in values[other] for other in order)
                    if place < limit.first and before >= limit.most:
                        return False
            return True

        found = next(filter(free, left), None)
        short += found is None
        order.append(left[0] if found is None else found)
    return order, short


@settings(max_examples=1000)  # what a cap does behind the end of another is seldom drawn
@given(st.integers(0, 2**32 - 1), st.integers(0, 9), st.integers(1, 3))
def test_the_order_is_that_of_a_slow_choice_place_by_place(
    seed: int, size: int, several: int
) -> None:
    generator = np.random.default_rng(seed)
    limits = [
        Limit(str(i), int(generator.integers(1, 4)), int(generator.integers(1, 13)))
        for i in range(several)
    ]
    entries: list[Entries] = [
        [tuple(generator.permutation(3)[: generator.integers(3)].tolist()) for _ in range(size)]
        for _ in limits
    ]
    found = keep(limits, entries, size)
    assert (found.order.tolist(), found.short) == slowly(limits, entries, size)
    first = min(max(limit.first for limit in limits), size)
    assert found.moved == len(set(range(first)) - set(found.order[:first].tolist()))
