"""Attribute values as types: what fits, what does not, and what a catalogue suggests."""

from __future__ import annotations

from typing import Any

import pytest

from beholder.rules.values import TYPES, Cell, FacetType, Misfit, cell_of, guess


@pytest.mark.parametrize("facet_type", TYPES)
@pytest.mark.parametrize("value", [None, "", []])
def test_nothing_is_missing_whatever_the_type(facet_type: FacetType, value: Any) -> None:
    assert cell_of(value, facet_type) is None


@pytest.mark.parametrize(
    ("value", "facet_type", "expected"),
    [
        ("red", "string", "red"),
        (5.0, "string", "5"),
        (5, "string", "5"),
        (0.1, "string", "0.1"),
        (1e20, "string", "1e+20"),
        (True, "string", "true"),
        (["red"], "string", "red"),
        (5, "number", 5.0),
        ("5", "number", 5.0),
        (" -5.5e1 ", "number", -55.0),
        ("5 EUR", "number", 5.0),
        ("1.299,00 €", "number", 1299.0),
        (True, "boolean", True),
        ("False", "boolean", False),
        ("yes", "boolean", True),
        (0, "boolean", False),
        (1.0, "boolean", True),
        ("0", "boolean", False),
        (["a", "b", "a", ""], "list", ["a", "b"]),
        ("a", "list", ["a"]),
        ([41.0, 42], "list", ["41", "42"]),
        ([""], "list", None),
    ],
)
def test_a_value_that_fits_is_of_its_type(
    value: Any, facet_type: FacetType, expected: Cell
) -> None:
    found = cell_of(value, facet_type)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "facet_type"),
    [
        ("cheap", "number"),
        ("5,50,00", "number"),
        ("٥", "number"),
        ("nan", "number"),
        (float("nan"), "number"),
        (float("inf"), "number"),
        ("1e999", "number"),
        (10**400, "number"),
        (True, "number"),
        (["5"], "number"),
        ("maybe", "boolean"),
        (2, "boolean"),
        (["a", "b"], "string"),
        ({"a": 1}, "string"),
        (float("nan"), "string"),
        ("\ud800", "string"),
        (["a", {"b": 1}], "list"),
    ],
)
def test_a_value_that_does_not_fit_is_a_misfit(value: Any, facet_type: FacetType) -> None:
    with pytest.raises(Misfit):
        cell_of(value, facet_type)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "string"),
        ([None, "", []], "string"),
        (["red", "blue"], "string"),
        ([1.5, 2.0], "number"),
        (["1994", "2003", None], "number"),
        ([*[5.0] * 9, "on request"], "number"),
        ([*[5.0] * 8, "on request"], "string"),
        (["0108775", "5"], "string"),
        (["108775", "0.5", "0"], "number"),
        (["7310865004703123456"], "string"),
        (["1,5", "12,50 €"], "string"),  # two sizes, or a number: that is declared
        ([True, False], "boolean"),
        (["true", "False"], "boolean"),
        ([*["true"] * 9, "unknown"], "boolean"),
        (["yes", "no"], "string"),
        ([0, 1, 1], "number"),
        ([True, 1.0], "string"),
        (["a", ["a", "b"]], "list"),
    ],
)
def test_the_type_is_guessed_from_all_values(values: list[Any], expected: FacetType) -> None:
    assert guess(values) == expected
