"""`beholder.fit`: from tables in memory to what answers; the same road as `beholder train`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, NamedTuple

from beholder.blending.members import named
from beholder.dataset.codes import codes_of
from beholder.dataset.dataset import Dataset
from beholder.dataset.numbers import number_names, numbers_of
from beholder.dataset.texts import groups_of, text_of
from beholder.engine.engine import Engine
from beholder.errors import UsageError
from beholder.evaluation.ask import plain_items
from beholder.frames.events import events_of, log_from
from beholder.frames.items import Catalogue, catalogue_of
from beholder.frames.recommender import Recommender
from beholder.models.contract import Model
from beholder.models.registry import register
from beholder.progress import Progress
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto
from beholder.training.budget import check_seed, seconds

EVENTS, ITEMS = ("user", "item", "time", "kind", "value"), ("title",)


class Tables(NamedTuple):
    """What there is to fit on; see `beholder.fit`, which has the words for each."""

    events: Any
    items: Any | None
    vectors: Mapping[str, Any]
    columns: dict[str, str]
    kind: str | None


def fit_tables(
    tables: Tables, model: str | type[Model], budget: str | float, seed: int, progress: Progress
) -> Recommender:
    """Fit on tables in memory."""
    _check_fields(tables.columns)
    chosen = named(model if isinstance(model, str) else register(model).card.name)
    allowed, seed = seconds(budget), check_seed(seed)
    own = {field: name for field, name in tables.columns.items() if field in EVENTS}
    told = events_of(tables.events, own, tables.kind)
    about = {field: name for field, name in tables.columns.items() if field in ITEMS}
    catalogue = catalogue_of(told.items.ids, tables.items, tables.vectors, about)
    dataset = _dataset(catalogue, log_from(told, catalogue.places, seed))
    fitted = fit_auto(dataset, Budget(allowed, seed), progress=progress, only=chosen)
    fitted.notes += [*told.notes, *catalogue.notes]
    ids = list(catalogue.places)
    table = plain_items(len(ids), _texts(ids), _titles(catalogue), catalogue.attributes)
    return Recommender(Engine(parts_of(fitted, dataset, table, 0)), ids)


def _dataset(catalogue: Catalogue, log: Any) -> Dataset:
    texts = [
        text_of(title, own)
        for title, own in zip(catalogue.titles, catalogue.attributes, strict=True)
    ]
    attributes = catalogue.attributes
    groups = groups_of(attributes).of_items
    numbers = numbers_of(attributes, number_names(attributes, {}))
    codes = codes_of(attributes, {})
    return Dataset(log, catalogue.pictures, texts, groups, numbers=numbers, codes=codes)


def _texts(ids: list[Hashable]) -> list[str]:
    """Return ids as an engine has them: texts stay, others are told apart by their position."""
    if all(isinstance(one, str) for one in ids):
        return [str(one) for one in ids]
    return [str(place) for place in range(len(ids))]


def _titles(catalogue: Catalogue) -> list[str]:
    both = zip(catalogue.titles, catalogue.places, strict=True)
    return [str(one) if title is None else title for title, one in both]


def _check_fields(names: Mapping[str, str]) -> None:
    for field in names:
        if field not in EVENTS + ITEMS:
            raise UsageError(
                f"columns names {field!r}, which is no field",
                remedy="one of " + ", ".join(EVENTS + ITEMS),
                field="columns",
            )
