"""Standing rules fitted to one view of the catalogue: masks, places and what does not fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from beholder.errors import FilterError
from beholder.rules.caps import Limit
from beholder.rules.columns import Mask
from beholder.rules.conditions import leaves
from beholder.rules.lift import Lift
from beholder.rules.mask import Filter, Masks
from beholder.rules.pins import Pinned
from beholder.rules.standing import Ban, Boost, Bury, Cap, Pin, Standing


class Fitted(NamedTuple):
    """What the rules of a workspace do to one view.

    Attributes
    ----------
    banned
        bool (n,). In no answer; None: nothing is.
    bans
        What each ban holds for, bool (n,), by the name of its rule; empty: it is out of stock.
    raised
        bool (n,). Boosted: what retrieval must name for the boost to reach it. None: nothing.
    pins
        In the order of places; one an item and one a place.
    problems
        A sentence for each rule, or item of a pin, that does nothing in this view, and why.
    """

    banned: Mask | None = None
    bans: tuple[tuple[str, Mask], ...] = ()
    raised: Mask | None = None
    lifts: tuple[Lift, ...] = ()
    pins: tuple[Pinned, ...] = ()
    limits: tuple[Limit, ...] = ()
    problems: tuple[str, ...] = ()


def fit(standing: Standing, masks: Masks, position_of_id: Mapping[str, int]) -> Fitted:
    """Return what the rules do to the items of a view.

    A rule that names an attribute that no item has, or compares it with a value of another
    type, does nothing and is named among the problems: what a misspelt ban or its `not` would
    hold for is not what was meant.

    Parameters
    ----------
    position_of_id
        Of all items of the view.
    """
    problems: list[str] = []
    bans = _bans(standing, masks, problems)
    lifts = _lifts(standing, masks, problems)
    boosted = [lift.mask for lift in lifts if lift.by > 0]
    return Fitted(
        banned=_any([mask for _, mask in bans]),
        bans=tuple(bans),
        raised=_any(boosted),
        lifts=tuple(lifts),
        pins=_pins(standing, position_of_id, problems),
        limits=_limits(standing, masks, problems),
        problems=tuple(problems),
    )


def _any(masks: list[Mask]) -> Mask | None:
    found: Mask | None = np.logical_or.reduce(masks) if masks else None
    return found


def _mask(name: str, text: str, masks: Masks, problems: list[str]) -> list[Mask]:
    try:
        return [masks.of(text)]
    except FilterError as error:
        problems.append(f"{name} does nothing: {error}")
        return []


def _bans(standing: Standing, masks: Masks, problems: list[str]) -> list[tuple[str, Mask]]:
    found = []
    for text in standing.out_of_stock:
        named = {leaf.name for leaf in leaves(Filter.parse(text).condition)}
        if named <= masks.facets.fields.keys():
            found += [("", mask) for mask in _mask("out_of_stock", text, masks, problems)]
    for rule in standing.rules:
        if isinstance(rule, Ban):
            found += [(rule.name, mask) for mask in _mask(rule.name, rule.where, masks, problems)]
    return found


def _lifts(standing: Standing, masks: Masks, problems: list[str]) -> list[Lift]:
    found = []
    for rule in standing.rules:
        if isinstance(rule, Boost | Bury):
            by = rule.by if isinstance(rule, Boost) else -rule.by
            for mask in _mask(rule.name, rule.where, masks, problems):
                found.append(Lift(rule.name, by, mask))
    return found


def _pins(
    standing: Standing, position_of_id: Mapping[str, int], problems: list[str]
) -> tuple[Pinned, ...]:
    taken: dict[int, Pinned] = {}  # by place
    positions: set[int] = set()
    for rule in standing.rules:
        if not isinstance(rule, Pin):
            continue
        place = rule.place - 1
        for item in rule.items:
            position = position_of_id.get(item)
            if position is None or position in positions:
                why = "is not in the catalogue" if position is None else "is pinned already"
                problems.append(f"{rule.name}: item {item!r} {why}")
                continue
            while place in taken:
                place += 1
            taken[place] = Pinned(rule.name, position, place)
            positions.add(position)
    return tuple(taken[place] for place in sorted(taken))


def _limits(standing: Standing, masks: Masks, problems: list[str]) -> tuple[Limit, ...]:
    found = []
    for rule in standing.rules:
        if isinstance(rule, Cap):
            if rule.facet in masks.facets.fields:
                found.append(Limit(rule.facet, rule.most, rule.first))
            else:
                problems.append(f"{rule.name} does nothing: no item has {rule.facet!r}")
    return tuple(found)
