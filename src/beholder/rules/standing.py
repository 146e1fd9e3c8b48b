"""Standing rules of a workspace, read from its settings and checked: ban, boost, bury, pin, cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from beholder.errors import FilterError, SettingsError
from beholder.rules.mask import Filter

MOST = 200  # rules of a workspace
PLACES = 200  # of an answer with all its pages

Condition = Annotated[str, Meta(min_length=1, max_length=2048)]
Name = Annotated[str, Meta(max_length=100)]
Size = Annotated[float, Meta(gt=0.0, le=10.0)]
Place = Annotated[int, Meta(ge=1, le=PLACES)]
Ids = Annotated[list[str], Meta(min_length=1, max_length=50)]


class _Rule(msgspec.Struct, forbid_unknown_fields=True, frozen=True, tag_field="rule"):
    name: Name = ""


class Ban(_Rule, tag="ban", kw_only=True, frozen=True):
    """What the condition holds for is in no answer."""

    where: Condition


class Boost(_Rule, tag="boost", kw_only=True, frozen=True):
    """What the condition holds for scores more, by this share of a good score."""

    where: Condition
    by: Size


class Bury(_Rule, tag="bury", kw_only=True, frozen=True):
    """What the condition holds for scores less, by this share of a good score."""

    where: Condition
    by: Size


class Pin(_Rule, tag="pin", kw_only=True, frozen=True):
    """These items stand at this place and the ones after it, where they are allowed at all."""

    items: Ids
    place: Place = 1


class Cap(_Rule, tag="cap", kw_only=True, frozen=True):
    """At most so many of each value of an attribute stand in the first places."""

    facet: Annotated[str, Meta(min_length=1)]
    most: Annotated[int, Meta(ge=1)]
    first: Place = 20


Rule = Ban | Boost | Bury | Pin | Cap


class Standing(NamedTuple):
    """The rules of a workspace, each with a name of its own.

    Attributes
    ----------
    out_of_stock
        Filters; what one of them holds for is in no answer. One whose attribute no item has
        says nothing, and is no problem.
    """

    rules: tuple[Rule, ...] = ()
    out_of_stock: tuple[str, ...] = ()


def read(rules: Sequence[Mapping[str, Any]], out_of_stock: Sequence[str]) -> Standing:
    """Return the rules as the settings `rules` and `out_of_stock` have them.

    Raises
    ------
    SettingsError
        If one has a wrong shape, a filter that cannot be read, or the name of another.
    """
    if len(rules) > MOST:
        raise SettingsError(
            f"there are {len(rules)} rules, at most {MOST} are read",
            remedy="join some with `or`, or mark the items with an attribute",
            field="rules",
        )
    found = tuple(_rule(rule, number) for number, rule in enumerate(rules, 1))
    names = [rule.name for rule in found]
    for name in names:
        if names.count(name) > 1:
            raise SettingsError(
                f"two rules are called {name!r}", remedy="name them apart", field="rules"
            )
    for text in out_of_stock:
        _check(text, "out_of_stock", "out_of_stock")
    return Standing(found, tuple(out_of_stock))


def _rule(given: Mapping[str, Any], number: int) -> Rule:
    try:
        rule: Rule = msgspec.convert(given, Rule)
    except msgspec.ValidationError as error:
        raise SettingsError(
            f"rule {number} has a wrong value: {error}", remedy="see docs/rules.md", field="rules"
        ) from error
    name = rule.name or f"rule {number}"
    if isinstance(rule, Ban | Boost | Bury):
        _check(rule.where, name, "rules")
    if isinstance(rule, Pin) and len(set(rule.items)) < len(rule.items):
        raise SettingsError(f"{name} pins an item twice", remedy="name each once", field="rules")
    return msgspec.structs.replace(rule, name=name)


def _check(text: str, name: str, field: str) -> None:
    try:
        Filter.parse(text)
    except FilterError as error:
        raise SettingsError(f"{name}: {error.message}", remedy=error.remedy, field=field) from error
