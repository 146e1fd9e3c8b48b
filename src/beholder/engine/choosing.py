"""What can be chosen among what was found, and what is left without a choice, with counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from beholder.engine.answer import Answer
from beholder.engine.overlay import OFFERS, Overlay
from beholder.engine.standing import StandingRules
from beholder.engine.variants import how_many, products
from beholder.rules.choices import Choices, all_of, masks_of
from beholder.rules.fit import Fitted
from beholder.rules.offers import counts_of, left_of
from beholder.scorers.interface import Mask


class FacetValue(msgspec.Struct, frozen=True, omit_defaults=True):
    """A value that can be chosen.

    Attributes
    ----------
    value
        As `choices` take it: a text, a number, or a range of numbers such as `10..20`: from the
        first on and below the second.
    count
        How many items were found that have it.
    chosen
        Whether it was asked for.
    labels
        What it is called in other languages, where the catalogue says so.
    """

    value: str
    count: int
    chosen: bool = False
    labels: Mapping[str, str] = msgspec.field(default_factory=dict)


class Facet(msgspec.Struct, frozen=True, omit_defaults=True):
    """An attribute by which what was found can be narrowed.

    Attributes
    ----------
    more
        How many values were found besides: there are too many, or they are too long.
    """

    name: str
    type: str
    values: tuple[FacetValue, ...]
    more: int = 0


class SearchAnswer(Answer, frozen=True):
    """What a search found.

    Attributes
    ----------
    facets
        By what it can be narrowed; None: not asked for. Each counts within all that was chosen
        of the others.
    unavailable
        How many items say more of the words than all that is found, or some where nothing is, and
        may be in no answer now: they are out of stock, or banned.
    """

    facets: tuple[Facet, ...] | None = None
    unavailable: int = 0


def facets_of(
    view: Overlay,
    found: Mask,
    choices: Choices,
    chosen: Mapping[str, Mask],
    names: Sequence[str] = (),
    *,
    one: bool = False,
) -> tuple[Facet, ...]:
    """Return by what items can be narrowed.

    Parameters
    ----------
    found
        bool (n,). What was found, whatever was chosen.
    chosen
        Where each of the `choices` holds, by attribute.
    names
        Attributes; none: those that the catalogue suggests.
    one
        Whether variants of one product are counted once.
    """
    facets = []
    as_one = products(view) if one and view.varies else None
    for offer in view.offers(tuple(names)):
        among = all_of(chosen, found, without=offer.name)
        counts = counts_of(offer, view.masks.facets, among, as_one)
        picked = choices.get(offer.name, ())
        labels = view.labels(offer.name)
        values = tuple(
            FacetValue(value, count, value in picked, labels.get(value, {}))
            for value, count in zip(offer.values, counts, strict=True)
            if count or value in picked
        )
        if values:
            more = left_of(offer, view.masks.facets, among)
            facets.append(Facet(offer.name, offer.type, values, more))
    return tuple(facets)


class AllFacets:
    """By what all that may be shown can be narrowed, counted once for each catalogue and rules."""

    def __init__(self) -> None:
        self._of: tuple[Overlay, Fitted] | None = None
        self._kept: dict[tuple[tuple[str, ...], bool], tuple[Facet, ...]] = {}

    def __call__(
        self, view: Overlay, rules: StandingRules, names: tuple[str, ...], one: bool
    ) -> tuple[Facet, ...]:
        """Return facets; see `facets_of`."""
        fitted, asked = rules.fitted(view), (names, one)
        of, kept = self._of, self._kept
        if of is None or of[0] is not view or of[1] is not fitted or len(kept) >= OFFERS:
            kept = {}
            self._of, self._kept = (view, fitted), kept
        found = kept.get(asked)
        if found is None:
            found = kept[asked] = facets_of(view, rules.open(view), {}, {}, names, one=one)
        return found


def without_each(
    view: Overlay, found: Mask, choices: Choices, *, one: bool = False
) -> dict[tuple[str, str], int]:
    """Return how many of some items would be left without each value that was chosen.

    Parameters
    ----------
    found, one
        As in `facets_of`.
    """
    facets = view.masks.facets
    chosen = masks_of(choices, facets)
    left = {}
    for name, values in choices.items():
        among = all_of(chosen, found, without=name)
        own = [masks_of({name: (value,)}, facets)[name] for value in values]
        for place, value in enumerate(values):
            others = own[:place] + own[place + 1 :]
            other = among & np.logical_or.reduce(others) if others else among
            left[name, value] = how_many(view, other, one=one)
    return left
