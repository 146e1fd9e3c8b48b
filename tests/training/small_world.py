"""Members fitted on the planted world, with cases to judge them by."""

from __future__ import annotations

import numpy as np

from beholder.dataset.splits import Cases, leave_last_out
from beholder.models.itemitem import ItemItem
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.popularity import Popularity, PopularitySettings
from beholder.models.visual_knn import VisualKNN, VisualKNNSettings
from planted import dataset_of, make_world


def members_and_cases() -> tuple[dict[str, ItemItem], np.ndarray, Cases]:
    split = leave_last_out(dataset_of(make_world()))
    members: dict[str, ItemItem] = {
        "itemknn": ItemKNN.fit(split.train, ItemKNNSettings()),
        "visual-knn": VisualKNN.fit(split.train, VisualKNNSettings()),
    }
    popularity = Popularity.fit(split.train, PopularitySettings()).counts
    return members, popularity, split.cases
