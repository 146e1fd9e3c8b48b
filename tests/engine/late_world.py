"""A bundle of the planted world made by hand, and a catalogue that goes on without a store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from beholder.behaviour.history import History
from beholder.bundle.choice import Choice
from beholder.bundle.parts import Parts
from beholder.dataset.new_items import new_items
from beholder.engine import overlay
from beholder.engine.overlay import Overlay
from beholder.evaluation.ask import plain_items
from beholder.models.contract import ONCE
from beholder.models.ials import IALS, IALSSettings
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.metric import MetricSettings, by_map, learned_map
from beholder.models.placement import over
from beholder.models.popularity import PopularitySettings, counts_of
from beholder.models.variants import Variants, VariantsSettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.models.words import Words, WordsSettings
from beholder.rules.facets import Facets
from beholder.scorers.fold import Weights, fold
from beholder.spaces import Modality, similar_rows
from beholder.store.items import SCHEMA
from planted import World, dataset_of

WHOLE = 1000  # entries a row: all, since a cut row holds less of the small columns of new items
SCALE = {
    "itemknn": 0.4,
    "visual-knn:colour": 1.5,
    "words": 2.0,
    "placement": 0.3,
    "ials": 1.0,
    "variants": 1.0,
    "metric": 1.5,
}
COLD = {"visual-knn:colour": 0.3, "words": 0.2, "placement": 1.0}
EVEN = {"colour": 1.0, "words": 1.0}
COLOUR = "#808080"
QUICKLY = MetricSettings(epochs=1)


class Taste(NamedTuple):
    """How a bundle compares contents."""

    visual: float = 3.0
    words: float = 2.0
    likeness: Mapping[str, float] = EVEN
    power: float = 3.0
    factors: bool = False
    among_known: bool = False
    products: bool = False
    metric: bool = False


USUAL = Taste()


def made_parts(
    world: World,
    taste: Taste = USUAL,
    kept: tuple[int, int] = (WHOLE, WHOLE),
    like: Mapping[int, int] | None = None,
) -> Parts:
    """Return a bundle in which content and behaviour speak of new items.

    Parameters
    ----------
    like
        Items with the text and the picture of others, by statistics of the world as it is.
    """
    dataset = dataset_of(world)
    mapped = learned_map(dataset, QUICKLY, ONCE) if taste.metric else None
    if like:
        positions = np.array(list(like), np.int32)
        others = list(like.values())
        own = {
            "colour": Modality.of_rows(world.looks[others], np.ones(len(others), bool)),
            "words": [world.texts[i] for i in others],
        }
        dataset.__dict__["content"] = dataset.content.with_others(positions, own)
    base = ItemKNN.fit(dataset, ItemKNNSettings())
    members = {
        "itemknn": base,
        "visual-knn:colour": VisualKNN.fit(dataset, VisualKNNSettings("colour", taste.visual)),
        "words": Words.fit(dataset, WordsSettings(power=taste.words)),
        "placement": over(base, taste.power),
    }
    warm, cold = {"itemknn": 1.0}, dict(COLD)
    if taste.factors:
        members["ials"] = IALS.fit(dataset, IALSSettings(factors=8))
        warm["ials"], cold["ials"] = 0.7, 0.4
    if taste.among_known:
        warm |= {"visual-knn:colour": 0.5, "words": 0.4}
    if taste.products:  # there are none yet
        members["variants"] = Variants.fit(dataset, VariantsSettings())
        warm["variants"] = cold["variants"] = 1.0
    if mapped is not None:
        everywhere = mapped.metric(dataset.content.spaces, np.arange(dataset.n_items))
        members["metric"] = by_map(replace(mapped, vectors=everywhere), QUICKLY)
        cold["metric"] = 0.6
        warm["metric"] = 0.3 if taste.among_known else 0.0
    weights = Weights(SCALE, warm, cold)
    counts = counts_of(dataset, PopularitySettings())
    new = new_items(dataset, taste.likeness)
    items = plain_items(dataset.n_items)
    covers = [f"of {i}" for i in range(dataset.n_items)]
    columns: dict[str, list[Any]] = {
        "title": world.texts,
        "picture": covers,
        "colour": [COLOUR] * dataset.n_items,
        "pictures": [[cover] for cover in covers],
    }
    for name, values in columns.items():
        items = items.set_column(items.schema.get_field_index(name), name, pa.array(values))
    content = dataset.content.weighed(taste.likeness)
    return Parts(
        items=items,
        blend=fold(members, counts, new, weights, kept, taste.power),
        popularity=counts,
        known=dataset.interactions.item_counts > 0,
        similar=similar_rows(content, WHOLE),
        content=content,
        facets=Facets.of([{}] * dataset.n_items, {}),
        choice=Choice(weights, 0, likeness=dict(taste.likeness)),
        evaluation={},
    )


class Put(NamedTuple):
    """A row as the store tells of it, with one picture or several."""

    seq: int
    title: str
    picture: str | Sequence[str] | None
    hidden: bool = False
    deleted: bool = False
    attributes: str = "{}"

    @property
    def item_id(self) -> str:
        return str(self.seq)

    @property
    def pictures(self) -> list[str]:
        """Hashes, the cover first."""
        if self.picture is None:
            return []
        return [self.picture] if isinstance(self.picture, str) else list(self.picture)

    def row(self) -> dict[str, Any]:
        """Return the row."""
        media = [{"hash": name, "kind": "picture", "colour": COLOUR} for name in self.pictures]
        cover = {"picture": media[0]["hash"], "colour": COLOUR} if media else {}
        own = {name: getattr(self, name) for name in SCHEMA.names if hasattr(self, name)}
        return {**dict.fromkeys(SCHEMA.names), **own, "picture": None, **cover, "media": media}


class Catalogue:
    """Follows changes like an engine does, with pictures from a dictionary."""

    def __init__(self, parts: Parts, world: World) -> None:
        self.view: Overlay = overlay.bare(parts)
        self.looks = {f"of {i}": looks for i, looks in enumerate(world.looks)}

    def put(self, *rows: Put) -> Overlay:
        """Change some items in one step."""
        table = pa.Table.from_pylist([row.row() for row in rows], SCHEMA)
        self.view = overlay.follow(self.view, table, self.view.version + 1, self._vectors)
        return self.view

    def _vectors(
        self, ids: Sequence[str], pictures: Sequence[Sequence[str]], texts: Sequence[str]
    ) -> dict[str, Modality]:
        found = [(i, self.looks[name]) for i, own in enumerate(pictures) for name in own]
        owner = np.array([i for i, _ in found], np.int32)
        rows = np.array([looks for _, looks in found], np.float32).reshape(-1, 24)
        there = np.bincount(owner, minlength=len(pictures)) > 0
        return {"colour": Modality(rows, owner, there)}


def history_of(items: list[int]) -> History:
    """Return items of one basket."""
    n = len(items)
    return History(np.array(items, np.int32), np.zeros(n, np.int64), np.ones(n, np.float32))


def scores_of(view: Overlay, items: list[int]) -> np.ndarray:
    """Return the score of every position for a history of positions."""
    return view.blend.scores(view.blend.ask(history_of(items)))[0]


def by_id(view: Overlay, items: list[str]) -> dict[str, float]:
    """Return the score of every item for a history of ids."""
    scores = scores_of(view, [view.position_of_id[item] for item in items])
    return {item: float(scores[place]) for item, place in view.position_of_id.items()}
