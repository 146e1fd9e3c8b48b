"""Rules fitted to a view: masks, lifts, places, limits, and what does nothing there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from beholder.rules.caps import Limit
from beholder.rules.facets import Facets
from beholder.rules.fit import Fitted, fit
from beholder.rules.lift import Lift, lifted
from beholder.rules.mask import Masks
from beholder.rules.pins import Pinned
from beholder.rules.standing import read
from beholder.settings import OUT_OF_STOCK

ITEMS: list[dict[str, Any]] = [
    {"brand": "x", "margin": 0.5, "stock": 0},
    {"brand": "x", "margin": 0.1, "stock": 5},
    {"brand": "y", "margin": 0.5},
    {"stock": 1},
]
IDS = {"a": 0, "b": 1, "c": 2, "d": 3}


def fitted(*rules: dict[str, Any], out_of_stock: tuple[str, ...] = ()) -> Fitted:
    return fit(read(rules, out_of_stock), Masks(Facets.of(ITEMS, {})), IDS)


def test_without_rules_nothing_is_done() -> None:
    assert fitted() == Fitted()


def test_bans_add_up() -> None:
    found = fitted(
        {"rule": "ban", "where": "brand = 'y'"}, {"rule": "ban", "where": "not exists(brand)"}
    )
    assert found.banned is not None
    assert found.banned.tolist() == [False, False, True, True]


def test_what_is_out_of_stock_is_banned_by_default() -> None:
    found = fitted(out_of_stock=tuple(OUT_OF_STOCK))
    assert found.banned is not None
    assert found.banned.tolist() == [True, False, False, False]
    assert found.problems == ()


@pytest.mark.parametrize(
    "item",
    [
        {"stock": -1},
        {"in_stock": "false"},
        {"availability": "out_of_stock"},
        {"availability": "https://schema.org/OutOfStock"},
        {"availability": "Out-Of-Stock "},
        {"availability": ["new", "SOLD OUT"]},
    ],
)
def test_each_usual_word_for_out_of_stock_is_known(item: dict[str, Any]) -> None:
    masks = Masks(Facets.of([item, {}], {}))
    found = fit(read([], OUT_OF_STOCK), masks, {})
    assert found.banned is not None
    assert found.banned.tolist() == [True, False]
    assert found.problems == ()


def test_a_stock_of_another_type_is_no_silent_rule() -> None:
    masks = Masks(Facets.of([{"in_stock": 0.0}], {}))
    found = fit(read([], OUT_OF_STOCK), masks, {})
    assert found.banned is None
    assert "'in_stock' is a number, found true or false" in found.problems[0]


def test_boosts_and_buries_are_lifts_and_only_boosts_raise() -> None:
    found = fitted(
        {"rule": "boost", "name": "margin", "where": "margin > 0.4", "by": 0.5},
        {"rule": "bury", "name": "scarce", "where": "stock < 2", "by": 0.25},
    )
    assert [(lift.name, lift.by, lift.mask.tolist()) for lift in found.lifts] == [
        ("margin", 0.5, [True, False, True, False]),
        ("scarce", -0.25, [True, False, False, True]),
    ]
    assert found.raised is not None
    assert found.raised.tolist() == [True, False, True, False]


def test_pins_take_the_next_free_place_in_the_order_of_the_rules() -> None:
    found = fitted(
        {"rule": "pin", "name": "top", "items": ["d", "b"], "place": 2},
        {"rule": "pin", "name": "more", "items": ["a", "d"], "place": 2},
        {"rule": "pin", "name": "first", "items": ["c", "zz"]},
    )
    assert found.pins == (
        Pinned("first", 2, 0), Pinned("top", 3, 1), Pinned("top", 1, 2), Pinned("more", 0, 3),
    )  # fmt: skip
    assert found.problems == (
        "more: item 'd' is pinned already",
        "first: item 'zz' is not in the catalogue",
    )


def test_caps_are_limits() -> None:
    found = fitted({"rule": "cap", "facet": "brand", "most": 2, "first": 10})
    assert found.limits == (Limit("brand", 2, 10),)


def test_a_rule_that_does_not_fit_does_nothing_and_is_named() -> None:
    # A ban by `not` of a misspelt name would hold for the whole catalogue.
    found = fitted(
        {"rule": "ban", "name": "abroad", "where": "not brnad = 'x'"},
        {"rule": "boost", "where": "margin > 'much'", "by": 1.0},
        {"rule": "cap", "facet": "colour", "most": 1},
    )
    assert found.banned is None
    assert (found.lifts, found.limits) == ((), ())
    abroad, much, colour = found.problems
    assert abroad.startswith("abroad does nothing: no item has 'brnad'")
    assert abroad.endswith("(did you mean brand?)")
    assert much.startswith("rule 2 does nothing: 'margin' is a number")
    assert colour == "rule 3 does nothing: no item has 'colour'"


MASK = np.array([True, False, True, False])
SCARCE = np.array([False, False, True, True])


def test_lifts_add_a_share_of_a_good_score_by_name() -> None:
    slate = np.array([3, 2, 0])
    found = lifted([Lift("margin", 0.5, MASK), Lift("scarce", -0.25, SCARCE)], slate, 4.0)
    assert [(name, amounts.tolist()) for name, amounts in found] == [
        ("margin", [0.0, 2.0, 2.0]),
        ("scarce", [-1.0, -1.0, 0.0]),
    ]
    assert {amounts.dtype for _, amounts in found} == {np.dtype(np.float32)}


def test_a_boost_lifts_and_a_bury_lowers_scores_below_zero_too() -> None:
    scores = np.array([-3.0, -1.0, -2.0, -4.0], np.float32)
    slate = np.arange(4)
    ((_, up),) = lifted([Lift("up", 0.5, MASK)], slate, 4.0)
    ((_, down),) = lifted([Lift("down", -0.5, MASK)], slate, 4.0)
    assert (scores + up).tolist() == [-1.0, -1.0, 0.0, -4.0]
    assert (scores + down).tolist() == [-5.0, -1.0, -4.0, -4.0]


@pytest.mark.parametrize("top", [0.0, -2.0])
def test_without_a_good_score_boosts_still_put_items_in_order(top: float) -> None:
    ((_, amounts),) = lifted([Lift("up", 0.5, MASK)], np.arange(4), top)
    assert amounts.tolist() == [0.5, 0.0, 0.5, 0.0]


def test_a_lift_that_touches_nothing_on_the_slate_is_not_named() -> None:
    assert lifted([Lift("up", 0.5, MASK)], np.array([1, 3]), 1.0) == []
