"""What can be chosen among what was found: values of attributes, with counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from beholder.engine.answer import Answer
from beholder.engine.overlay import Overlay
from beholder.engine.variants import products
from beholder.rules.choices import Choices, all_of
from beholder.rules.offers import counts_of
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


class Facet(msgspec.Struct, frozen=True):
    """An attribute by which what was found can be narrowed."""

    name: str
    type: str
    values: tuple[FacetValue, ...]


class SearchAnswer(Answer, frozen=True):
    """What a search found.

    Attributes
    ----------
    facets
        By what it can be narrowed; None: not asked for. Each counts within all that was chosen
        of the others.
    """

    facets: tuple[Facet, ...] | None = None


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
            facets.append(Facet(offer.name, offer.type, values))
    return tuple(facets)
