"""Masks: against a slow reading of the same conditions, item by item; errors; the cache."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.errors import FilterError
from beholder.rules.facets import Facets
from beholder.rules.mask import KEPT, Filter, Masks

Item = dict[str, Any]
Slow = tuple[str, Callable[[Item], bool]]  # a condition's text, and whether it holds for an item
TYPED = {"colour": "string", "list price": "number", "tags": "list", "new": "boolean"}
COMPARE = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

WORDS = st.sampled_from(["red", "it's", "", "Red", "ré", '"'])
NUMBERS = st.integers(-3, 3).map(float) | st.floats(-3, 3)
SOME: st.SearchStrategy[Item] = st.fixed_dictionaries(
    {},
    optional={
        "colour": WORDS,
        "list price": NUMBERS | st.just("on request"),
        "tags": st.lists(WORDS, max_size=3),
        "new": st.booleans(),
    },
)


def entries(item: Item, name: str) -> list[Any]:
    """Return the values that an item has, by the words of the documentation."""
    value = item.get(name)
    several = value if isinstance(value, list) else [value]
    return [one for one in several if one not in (None, "", "on request")]


def quoted(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else "'" + value.replace("'", "''") + "'"


def named(name: str) -> str:
    return f"`{name}`" if " " in name else name


@st.composite
def comparisons(draw: st.DrawFn) -> Slow:
    name = draw(st.sampled_from(list(TYPED)))
    of = {"list price": NUMBERS, "new": st.booleans()}.get(name, WORDS)
    form = draw(st.sampled_from(["compare", "in", "not in", "exists"]))
    if form == "exists":
        return f"exists({named(name)})", lambda item: bool(entries(item, name))
    if form == "compare":
        mark = draw(st.sampled_from(["=", "!="] if name == "new" else list(COMPARE)))
        value = draw(of)
        return (
            f"{named(name)} {mark} {quoted(value)}",
            lambda item: any(COMPARE[mark](one, value) for one in entries(item, name)),
        )
    several = draw(st.lists(of, min_size=1, max_size=3))
    turned = form == "not in"
    return (
        f"{named(name)} {form} ({', '.join(map(quoted, several))})",
        lambda item: turned != any(one in several for one in entries(item, name)),
    )


def joined(parts: st.SearchStrategy[Slow]) -> st.SearchStrategy[Slow]:
    def all_of(several: list[Slow]) -> Slow:
        text = " and ".join(f"({part[0]})" for part in several)
        return text, lambda item: all(part[1](item) for part in several)

    def one_of(several: list[Slow]) -> Slow:
        text = " or ".join(f"({part[0]})" for part in several)
        return text, lambda item: any(part[1](item) for part in several)

    def none_of(part: Slow) -> Slow:
        return f"not ({part[0]})", lambda item: not part[1](item)

    lists = st.lists(parts, min_size=1, max_size=3)
    return lists.map(all_of) | lists.map(one_of) | parts.map(none_of)


CONDITIONS = st.recursive(comparisons(), joined, max_leaves=8)


def facets_of(items: list[Item]) -> Facets:
    return Facets.of(items, TYPED)  # type: ignore[arg-type]


@given(CONDITIONS, st.lists(SOME, max_size=8))
def test_a_mask_is_what_reading_item_by_item_gives(condition: Slow, items: list[Item]) -> None:
    text, holds = condition
    mask = Filter.parse(text).mask(facets_of(items))
    assert mask.dtype == bool
    assert mask.tolist() == [holds(item) for item in items]


@given(CONDITIONS, st.lists(SOME, min_size=1, max_size=8), st.data())
def test_some_positions_are_as_in_the_whole(
    condition: Slow, items: list[Item], data: st.DataObject
) -> None:
    chosen = np.array(data.draw(st.lists(st.integers(0, len(items) - 1))), np.int64)
    wanted, facets = Filter.parse(condition[0]), facets_of(items)
    assert wanted.mask(facets, chosen).tolist() == wanted.mask(facets)[chosen].tolist()


@given(CONDITIONS, st.lists(SOME, min_size=1, max_size=6), st.lists(SOME, max_size=3), st.data())
def test_masks_move_on_with_what_changed_and_what_came(
    condition: Slow, items: list[Item], late: list[Item], data: st.DataObject
) -> None:
    text, holds = condition
    position = data.draw(st.integers(0, len(items) - 1))
    items[position], new = dict(items[position]), data.draw(SOME)
    facets = facets_of(items)
    masks = Masks(facets)
    masks.of(text)
    where = np.array([position])
    after = masks.moved(facets.changed(where, [new]).appended(late), where)
    items[position] = new
    assert list(after._kept) == [text]
    assert after.of(text).tolist() == [holds(item) for item in items + late]


def test_only_what_changed_is_looked_at_again() -> None:
    facets = facets_of([{"colour": "red"}, {"colour": "blue"}])
    wrong = np.array([False, True])
    patched = Filter.parse("colour = 'red'").patched(wrong, facets, np.array([0]))
    assert patched.tolist() == [True, True]
    assert wrong.tolist() == [False, True]


SHOP = facets_of([{"colour": "red", "list price": 5.0, "tags": ["a"], "new": True}])


@pytest.mark.parametrize(
    ("text", "column", "message", "remedy"),
    [
        ("color = 'red'", 1, "no item has 'color'", "did you mean colour?"),
        ("new = true and COLOUR = 'x'", 16, "no item has 'COLOUR'", "did you mean colour?"),
        ("weight < 5", 1, "no item has 'weight'", "items have colour, list price, new, tags"),
        ("colour = 5", 1, "'colour' is a string, found a number", "write a text"),
        ("tags in ('a', 5)", 1, "'tags' is a list, found a number", "write a text"),
        ("`list price` < '5'", 1, "'list price' is a number, found a text", "write a number"),
        ("new = 'true'", 1, "'new' is a boolean, found a text", "write true or false"),
        ("not new < true", 5, "'new' is true or false, not more or less", "use = or !="),
    ],
)
def test_a_filter_that_does_not_fit_the_attributes_is_refused(
    text: str, column: int, message: str, remedy: str
) -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse(text).mask(SHOP)
    assert message in caught.value.message
    assert remedy in caught.value.remedy
    assert caught.value.column == column


def test_an_empty_catalogue_says_so() -> None:
    with pytest.raises(FilterError, match="the items of this catalogue have no attributes"):
        Filter.parse("colour = 'red'").mask(Facets.of([{}], {}))


def test_a_mask_is_made_once_and_nobody_can_write_to_it() -> None:
    masks = Masks(SHOP)
    mask = masks.of("new = true")
    assert masks.of("new = true") is mask
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = False


def test_the_masks_used_last_are_kept() -> None:
    masks, most = Masks(SHOP), KEPT[1]
    first = masks.of("`list price` = 0")
    for number in range(1, most):
        masks.of(f"`list price` = {number}")
    assert masks.of("`list price` = 0") is first
    masks.of(f"`list price` = {most}")
    assert len(masks._kept) == most
    assert "`list price` = 0" in masks._kept
    assert "`list price` = 1" not in masks._kept


def test_a_filter_that_is_refused_is_not_kept() -> None:
    masks = Masks(SHOP)
    for text in ("weight = 1", "weight ="):
        with pytest.raises(FilterError):
            masks.of(text)
    assert not masks._kept


def test_a_long_or_strange_name_is_shown_on_one_line_and_cut() -> None:
    with pytest.raises(FilterError) as caught:
        Filter.parse("`" + "\n" + "x" * 1000 + "` = 1").mask(SHOP)
    assert caught.value.message.startswith("no item has '·" + "x" * 36 + "...'")
    assert caught.value.message.isprintable()
