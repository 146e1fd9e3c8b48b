"""Late items are scored by the same rules as items that were new when the bundle was made."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from beholder.bundle.parts import Choice, Parts
from beholder.engine.late import KEPT, grow
from beholder.evaluation.ask import plain_items
from beholder.models.blend import Weights, fold, speak_for_untouched
from beholder.models.interface import Context
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.placement import Placement, PlacementSettings, neighbours_of_items
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from beholder.models.words import Words, WordsSettings
from beholder.testing.model_checks import history_of
from beholder.training.parts_of import similar_rows
from planted import World, dataset_of

WHOLE = 1000  # entries a row: all, since a cut row holds less of the small columns of new items
WEIGHTS = Weights(
    scale={"itemknn": 0.4, "visual-knn": 1.5, "words": 2.0, "placement": 0.3},
    warm={"itemknn": 1.0},
    cold={"visual-knn": 0.3, "words": 0.2, "placement": 1.0},
)


def made_parts(world: World, visual: float, words: float, placing: PlacementSettings) -> Parts:
    dataset = dataset_of(world)
    base = ItemKNN.fit(dataset, ItemKNNSettings())
    members = {
        "itemknn": base,
        "visual-knn": VisualKNN.fit(dataset, VisualKNNSettings(power=visual)),
        "words": Words.fit(dataset, WordsSettings(power=words)),
        "placement": Placement.over(base, dataset, placing),
    }
    counts = Popularity.fit(dataset, PopularitySettings()).counts
    known = dataset.interactions.item_counts > 0
    untouched = np.flatnonzero(~known)
    blend = fold(members, counts, ~known, WEIGHTS, WHOLE)
    content = neighbours_of_items(dataset.content, untouched, known, placing)
    blend = speak_for_untouched(blend, content, untouched, KEPT)
    settings = {
        "visual-knn": {"power": visual},
        "words": {"power": words},
        "placement": {"pictures": placing.pictures, "words": placing.words, "power": placing.power},
    }
    table = [{"model": name, "settings": given} for name, given in settings.items()]
    return Parts(
        items=plain_items(dataset.n_items),
        blend=blend,
        popularity=counts,
        similar=similar_rows(dataset.content),
        placement=base.rows,
        content=dataset.content,
        choice=Choice(WEIGHTS, 0, table, []),
        evaluation={},
    )


@pytest.mark.parametrize(
    ("visual", "words", "placing"),
    [
        (3.0, 2.0, PlacementSettings()),
        (2.0, 3.0, PlacementSettings(pictures=0.5, words=1.0, power=2.0)),
    ],
    ids=["usual", "tuned"],
)
def test_a_late_item_scores_like_its_twin_in_the_bundle(
    world: World, visual: float, words: float, placing: PlacementSettings
) -> None:
    parts = made_parts(world, visual, words, placing)
    new = np.flatnonzero(world.new)
    n = len(world.taste)
    texts = [world.texts[i] for i in new]
    apart = sp.csr_array((len(new), n), dtype=np.bool_)
    grown = grow(parts, {"colour": world.looks[new]}, texts, parts.popularity > 0, apart).blend
    for user in range(0, 60, 3):
        own = world.items[world.users == user].tolist()
        scores = grown.all_scores(grown.query(history_of(own), Context()))
        np.testing.assert_allclose(scores[n:], scores[new], rtol=1e-3, atol=1e-4)
    for index, item in enumerate(new.tolist()):  # and as history it means the same
        twin = grown.all_scores(grown.query(history_of([item]), Context()))
        late = grown.all_scores(grown.query(history_of([n + index]), Context()))
        known = ~world.new
        np.testing.assert_allclose(late[:n][known], twin[:n][known], rtol=1e-3, atol=1e-4)
