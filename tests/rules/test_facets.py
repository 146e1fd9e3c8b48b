"""Facets: typed attributes by position, what did not fit, changes, additions, the file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import DataError
from beholder.rules.facets import Facets
from beholder.rules.facets_file import load, save

SHOES: list[dict[str, Any]] = [
    {"colour": "red", "price": 10.0, "tags": ["a", "b"], "new": True},
    {"colour": "blue", "price": 20.0, "tags": [], "new": False},
    {},
    {"colour": "red", "price": "on request", "tags": "b"},
]
DECLARED = {"price": "number", "stock": "number"}


def shoes() -> Facets:
    return Facets.of(SHOES, DECLARED)  # type: ignore[arg-type]


def values(facets: Facets) -> dict[str, list[Any]]:
    """Return what each item has, by attribute."""
    return {name: facets.table()[name].to_pylist() for name in facets.fields}


def test_each_attribute_is_a_typed_arrow_column() -> None:
    table = shoes().table()
    words = pa.dictionary(pa.int32(), pa.string())
    assert {field.name: field.type for field in table.schema} == {
        "colour": words,
        "new": pa.bool_(),
        "price": pa.float64(),
        "stock": pa.float64(),
        "tags": pa.list_(words),
    }
    assert values(shoes()) == {
        "colour": ["red", "blue", None, "red"],
        "new": [True, False, None, None],
        "price": [10.0, 20.0, None, None],
        "stock": [None] * 4,
        "tags": [["a", "b"], [], [], ["b"]],
    }


def test_what_did_not_fit_is_counted_and_shown() -> None:
    assert shoes().misfits() == [
        "price: number (declared), 2 values; 1 did not fit and count as missing, "
        "such as 'on request'",
    ]


def test_three_misfits_are_named_and_all_are_counted() -> None:
    items = [{"price": f"{letter * 50}"} for letter in "abcde"]
    known = Facets.of(items, {"price": "number"}).fields["price"]
    assert known.misfits == 5
    assert known.examples == tuple("'" + letter * 36 + "..." for letter in "abc")


def test_items_without_attributes_are_items() -> None:
    facets = Facets.of([{}, {}], {})
    assert (facets.n_items, facets.misfits()) == (2, [])
    assert facets.appended([{"size": "XL"}]).table()["size"].to_pylist() == [None, None, "XL"]


def test_unknown_names_are_key_errors(tmp_path: Path) -> None:
    save(shoes(), tmp_path / "facets.arrow")
    for facets in (shoes(), load(tmp_path / "facets.arrow")):
        with pytest.raises(KeyError, match="size"):
            facets.column("size")


def test_late_items_stand_behind_the_others() -> None:
    late = [{"colour": "green", "price": "cheap", "tags": ["c", "a"]}, {"size": "XL"}]
    grown = shoes().appended(late)
    assert grown.n_items == 6
    assert values(grown) == {
        "colour": ["red", "blue", None, "red", "green", None],
        "new": [True, False, None, None, None, None],
        "price": [10.0, 20.0, None, None, None, None],
        "size": [None] * 5 + ["XL"],
        "stock": [None] * 6,
        "tags": [["a", "b"], [], [], ["b"], ["c", "a"], []],
    }
    price, size = grown.fields["price"], grown.fields["size"]
    assert (price.misfits, price.examples, price.guessed) == (2, ("'on request'", "'cheap'"), False)
    assert (size.type, size.guessed) == ("string", True)
    assert values(shoes())["colour"] == ["red", "blue", None, "red"]


def test_a_changed_item_has_what_it_was_given_and_nothing_else() -> None:
    before = shoes()
    after = before.changed(np.array([3, 0]), [{"colour": "pink", "size": 5}, {"price": 11}])
    assert values(after) == {
        "colour": [None, "blue", None, "pink"],
        "new": [None, False, None, None],
        "price": [11.0, 20.0, None, None],
        "size": [None, None, None, 5.0],
        "stock": [None] * 4,
        "tags": [[], [], [], []],
    }
    assert values(before) == values(shoes())


def test_facets_come_back_from_their_file_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "facets.arrow"
    save(shoes(), path)
    found = load(path)
    assert values(found) == values(shoes())
    assert found.fields == shoes().fields
    assert found.misfits() == shoes().misfits()
    assert values(found.appended([{"colour": "red"}]))["colour"][-1] == "red"


def test_a_file_without_attributes_still_knows_its_items(tmp_path: Path) -> None:
    save(Facets.of([{}] * 3, {}), tmp_path / "facets.arrow")
    assert load(tmp_path / "facets.arrow").n_items == 3


def test_a_file_that_is_missing_cut_or_foreign_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "facets.arrow"
    save(shoes(), path)
    whole = path.read_bytes()
    for size in range(0, len(whole), len(whole) // 10):
        path.write_bytes(whole[:size])
        with pytest.raises(DataError, match=r"facets\.arrow cannot be read"):
            load(path)
    with pa.ipc.new_file(path, pa.schema([("a", pa.int32())])) as writer:
        writer.write_table(pa.table({"a": pa.array([1], pa.int32())}))
    with pytest.raises(DataError, match=r"facets\.arrow cannot be read"):
        load(path)
    with pytest.raises(DataError, match=r"missing\.arrow cannot be read"):
        load(tmp_path / "missing.arrow")


SOME = st.fixed_dictionaries(
    {},
    optional={
        "colour": st.sampled_from(["red", "blue", "green", ""]),
        "price": st.floats(-5, 5) | st.just("on request"),
        "tags": st.lists(st.sampled_from("abcd"), max_size=3),
        "new": st.booleans(),
    },
)
ITEMS = st.lists(SOME, max_size=8)
TYPED = {"colour": "string", "price": "number", "tags": "list", "new": "boolean"}


@given(ITEMS, ITEMS)
def test_appending_is_the_same_as_reading_all_at_once(
    first: list[dict[str, Any]], second: list[dict[str, Any]]
) -> None:
    grown = Facets.of(first, TYPED).appended(second)  # type: ignore[arg-type]
    at_once = Facets.of(first + second, TYPED)  # type: ignore[arg-type]
    assert values(grown) == values(at_once)
    assert grown.fields == at_once.fields


@given(ITEMS.filter(len), st.data())
def test_changing_is_the_same_as_reading_what_was_changed(
    items: list[dict[str, Any]], data: st.DataObject
) -> None:
    positions = data.draw(st.lists(st.integers(0, len(items) - 1), unique=True))
    new = [data.draw(SOME) for _ in positions]
    after = [dict(item) for item in items]
    for position, item in zip(positions, new, strict=True):
        after[position] = item
    facets = Facets.of(items, TYPED)  # type: ignore[arg-type]
    changed = facets.changed(np.array(positions, np.int64), new)
    assert values(changed) == values(Facets.of(after, TYPED))  # type: ignore[arg-type]
