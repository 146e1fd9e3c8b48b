"""Whether a model is what it says: looked at when it is registered, and when it has learned."""

from __future__ import annotations

import inspect
import re
from typing import Any, get_args

import msgspec
import numpy as np

from beholder.dataset.dataset import Dataset
from beholder.errors import BeholderError, UsageError
from beholder.models.contract import Card, FitOptions, Source
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.scorers.vectors import Vectors

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
COSTS = ("light", "solve", "gradient")
REMEDY = "see docs/extending.md"


def check_card(model: Any) -> Card:
    """Return the card of a class that keeps what models promise.

    Raises
    ------
    UsageError
        Naming what is of a wrong type, or missing.
    """
    name = getattr(model, "__name__", repr(model))
    card = getattr(model, "card", None)
    if not isinstance(card, Card):
        raise _wrong(name, f"card is a {type(card).__name__}, wanted a Card")
    for field, found, wanted in _fields(card):
        if not found:
            raise _wrong(name, f"card.{field} is {getattr(card, field)!r}, wanted {wanted}")
    kind = getattr(model, "Settings", None)
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        raise _wrong(name, "Settings is no class of msgspec.Struct")
    for field in ("trials", "baseline"):
        for settings in getattr(card, field):
            if not isinstance(settings, kind):
                raise _wrong(
                    name, f"card.{field} holds a {type(settings).__name__}, wanted {kind.__name__}"
                )
    for flag, setting in (("modalities", "modality"), ("factors", "factors")):
        if getattr(card, flag) and setting not in kind.__struct_fields__:
            raise _wrong(name, f"card.{flag} is set, and Settings has no field {setting!r}")
    widths = [settings.factors for settings in card.trials] if card.factors else []
    for width in widths:
        if not isinstance(width, int) or width < 1:
            raise _wrong(name, f"card.trials holds factors of {width!r}, wanted 1 or more")
    if not inspect.ismethod(getattr(model, "fit", None)):
        raise _wrong(name, "fit is no class method")
    return card


def _fields(card: Card) -> list[tuple[str, bool, str]]:
    """Return each field, whether it is what it should be, and what that is."""
    sources, kinds = get_args(Source), ("warm", "cold")
    return [
        ("name", _text(card.name) and bool(NAME.fullmatch(card.name)), "a-z, 0-9 and dashes"),
        ("paper", _text(card.paper), "words"),
        ("learns", _among(card.learns, sources), "a frozenset of " + ", ".join(sources)),
        ("speaks_of", _among(card.speaks_of, kinds), "a frozenset of " + ", ".join(kinds)),
        ("cost", card.cost in COSTS, "one of " + ", ".join(COSTS)),
        ("trials", isinstance(card.trials, tuple) and bool(card.trials), "a tuple of Settings"),
        ("baseline", isinstance(card.baseline, tuple), "a tuple of Settings"),
        ("needs", card.needs is None or _text(card.needs), "the name of an extra, or None"),
        ("memory", card.memory is None or callable(card.memory), "a function, or None"),
        ("couples", isinstance(card.couples, int) and card.couples >= 0, "a number, 0 or more"),
        *(
            (flag, isinstance(getattr(card, flag), bool), "True or False")
            for flag in ("factors", "modalities", "new_alone", "doubted")
        ),
    ]


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _among(value: Any, allowed: tuple[str, ...]) -> bool:
    return isinstance(value, frozenset) and bool(value) and value <= set(allowed)


def learned(model: Any, dataset: Dataset, settings: Any, options: FitOptions) -> Scorer:
    """Fit a member, and return what it has learned if the blend can serve it.

    Raises
    ------
    UsageError
        If its `fit` failed, with its name and the error's, or it is no scorer as its card says.
    """
    try:
        scorer = model.fit(dataset, settings, options)
    except (BeholderError, MemoryError):
        raise
    except Exception as error:  # a model of one's own may raise anything
        what = f"fit failed with {type(error).__name__}: {error}"
        raise UsageError(
            f"model {model.card.name}: {what}",
            remedy="`beholder --debug` shows where",
            field="models",
        ) from error
    return _checked(model.card, settings, scorer, dataset.n_items)


def _checked(card: Card, settings: Any, scorer: Any, n_items: int) -> Scorer:
    """Return what a member has learned with some settings, if the blend can serve it.

    Raises
    ------
    UsageError
        If it is no `ItemItem` and no `Vectors`, of another number of items, not finite, or not
        what the card says, by which the time of an answer was measured.
    """
    name = card.name
    if not isinstance(scorer, ItemItem | Vectors):
        raise _wrong(name, f"fit gave a {type(scorer).__name__}, wanted an ItemItem or Vectors")
    if scorer.n_items != n_items:
        raise _wrong(name, f"fit gave a scorer of {scorer.n_items} items, there are {n_items}")
    values = scorer.rows.data if isinstance(scorer, ItemItem) else scorer.items
    if values.dtype != np.float32:
        raise _wrong(name, f"fit gave numbers of {values.dtype}, wanted float32")
    if not np.isfinite(values).all():
        raise _wrong(name, "fit gave numbers that are not finite")
    if isinstance(scorer, Vectors) != card.factors:
        kind = type(scorer).__name__
        raise _wrong(
            name,
            f"card.factors is {card.factors}, and fit gave {kind}: set it for Vectors, whose "
            "answers take longer, and for nothing else",
        )
    if isinstance(scorer, Vectors) and scorer.items.shape[1] > settings.factors:
        width = scorer.items.shape[1]
        told = f"settings.factors is {settings.factors}"
        raise _wrong(name, f"fit gave vectors of {width} numbers, and {told}")
    return scorer


def _wrong(name: str, what: str) -> UsageError:
    return UsageError(f"model {name}: {what}", remedy=REMEDY, field="models")
