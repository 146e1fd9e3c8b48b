"""Standing rules as the settings have them: read, named, checked."""

from __future__ import annotations

from typing import Any

import pytest

from beholder.errors import SettingsError
from beholder.rules.standing import Ban, Boost, Bury, Cap, Pin, Standing, read
from beholder.settings import OUT_OF_STOCK


def test_every_kind_of_rule_is_read() -> None:
    found = read(
        [
            {"rule": "ban", "name": "recalled", "where": "recalled = true"},
            {"rule": "boost", "where": "margin > 0.4", "by": 0.2},
            {"rule": "bury", "where": "stock < 3", "by": 1},
            {"rule": "pin", "items": ["a", "b"], "place": 3},
            {"rule": "cap", "facet": "brand", "most": 2},
        ],
        OUT_OF_STOCK,
    )
    assert found.rules == (
        Ban(name="recalled", where="recalled = true"),
        Boost(name="rule 2", where="margin > 0.4", by=0.2),
        Bury(name="rule 3", where="stock < 3", by=1.0),
        Pin(name="rule 4", items=["a", "b"], place=3),
        Cap(name="rule 5", facet="brand", most=2, first=20),
    )
    assert found.out_of_stock == tuple(OUT_OF_STOCK)


def test_no_rules_are_rules() -> None:
    assert read([], []) == Standing()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ([{"rule": "bann", "where": "a = 1"}], "rule 1 has a wrong value.*bann"),
        ([{"where": "a = 1"}], "rule 1 has a wrong value.*rule"),
        ([{"rule": "ban"}], "rule 1 .*where"),
        ([{"rule": "ban", "where": "a = 1", "by": 1}], "rule 1 .*by"),
        ([{"rule": "boost", "where": "a = 1"}], "rule 1 .*by"),
        ([{"rule": "boost", "where": "a = 1", "by": 0}], "rule 1 .*by"),
        ([{"rule": "boost", "where": "a = 1", "by": -1}], "rule 1 .*by"),
        ([{"rule": "pin", "items": []}], "rule 1 .*items"),
        ([{"rule": "pin", "items": ["a"], "place": 0}], "rule 1 .*place"),
        ([{"rule": "pin", "items": ["a", "b", "a"]}], "rule 1 pins an item twice"),
        ([{"rule": "cap", "facet": "brand", "most": 0}], "rule 1 .*most"),
        ([{"rule": "cap", "facet": "brand", "most": 1, "first": 201}], "rule 1 .*first"),
        ([{"rule": "ban", "where": "a = 1"}, {"rule": "bury", "where": "a <", "by": 1}],
         "rule 2: expected a number.* at column 4"),
        ([{"rule": "ban", "name": "x", "where": "a = 1"}] * 2, "two rules are called 'x'"),
        ([{"rule": "ban", "where": "a = 1"}] * 201, "there are 201 rules, at most 200"),
    ],
)  # fmt: skip
def test_a_wrong_rule_is_refused_and_named(rules: list[dict[str, Any]], words: str) -> None:
    with pytest.raises(SettingsError, match=words) as caught:
        read(rules, [])
    assert caught.value.field == "rules"


def test_a_wrong_filter_of_out_of_stock_is_refused() -> None:
    with pytest.raises(SettingsError, match="out_of_stock: expected") as caught:
        read([], ["stock"])
    assert caught.value.field == "out_of_stock"
