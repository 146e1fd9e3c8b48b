"""How a search can be narrowed: what templates need of choices, facets, and parts of a search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from beholder.pages import naming
from beholder.pages.asked import Asked
from beholder.pages.look import Look
from beholder.pages.words import Words

Labelled = Mapping[str, Mapping[str, naming.Labels]]  # by attribute and value


def chips(look: Look) -> list[dict[str, Any]]:
    """Return the choices of one tap."""
    return [
        _option(look, Asked(), chip.name, chip.value, chip.count, chip.labels)
        for chip in look.chips
    ]


def facets(look: Look, asked: Asked, facets: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the attributes that a search can be narrowed by; each value leads there or back."""
    words = Words(look.language)
    return [
        {
            "label": naming.attribute(words, facet["name"]),
            "n_chosen": len(asked.choices.get(facet["name"], ())),
            "options": [
                _option(look, asked, facet["name"], v["value"], v["count"], v.get("labels", {}))
                for v in facet["values"]
            ],
            "more": words.count("values_more", facet["more"]) if facet.get("more") else "",
        }
        for facet in facets
    ]


def _option(
    look: Look, asked: Asked, name: str, value: str, count: int, labels: naming.Labels
) -> dict[str, Any]:
    words = Words(look.language)
    label = naming.value(words, look.currency, name, value, labels)
    return {
        "label": label,
        "count": count,
        "says": words.count("results", count),
        "address": asked.toggled(name, value).results,
        "chosen": value in asked.choices.get(name, ()),
    }


def parts(look: Look, asked: Asked, labels: Labelled) -> list[dict[str, str]]:
    """Return what a search consists of; each leads to the search without it."""
    words = Words(look.language)
    parts = [{"label": asked.words, "address": asked.saying("", asked.picture).results}]
    for name, value in asked.chosen:
        label = naming.value(words, look.currency, name, value, labels.get(name, {}).get(value, {}))
        said = words("choice", name=naming.attribute(words, name), value=label)
        parts.append({"label": said, "address": asked.toggled(name, value).results})
    return [part for part in parts if part["label"]]


def heading(look: Look, asked: Asked, labels: Labelled) -> str:
    """Return what the page of a search is called; empty: nothing was asked for in words."""
    words = Words(look.language)
    if asked.words:
        return words("results_for", words=asked.words)
    return " · ".join(
        naming.value(words, look.currency, name, value, labels.get(name, {}).get(value, {}))
        for name, value in asked.chosen
    )


def left_out(look: Look, asked: Asked, other: Asked, labels: Labelled) -> str:
    """Return what the other search does not ask for."""
    left = {part["label"] for part in parts(look, other, labels)}
    return ", ".join(
        part["label"] for part in parts(look, asked, labels) if part["label"] not in left
    )
