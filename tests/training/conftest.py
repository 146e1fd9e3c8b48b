"""A small generated gallery with real pictures, painted and encoded once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.dataset.raw_vectors import modalities
from beholder.demo.gallery import jpeg, paint
from beholder.demo.truth import Truth, make_truth
from beholder.demo.visitors import KINDS, simulate
from beholder.encoders.registry import vector_caches
from beholder.encoders.run import encode_pictures
from beholder.media import originals
from beholder.settings import EVENT_WEIGHTS
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays
from beholder.workspace import Workspace

ITEMS, VISITORS, VIEWS, SEED = 240, 300, 20.0, 7
ENCODERS = ["colour"]  # sees half of a taste, the palette, and is quick


@dataclass(frozen=True)
class Gallery:
    """Pictures as vectors, behaviour, and the tastes behind it; no words."""

    truth: Truth
    dataset: Dataset

    def shuffled(self, seed: int) -> Dataset:
        """Return the gallery with every picture on another item, at random."""
        order = np.random.default_rng(seed).permutation(ITEMS)
        pictures = {
            name: Modality.of_rows(one.vectors[order], one.present[order])
            for name, one in self.dataset.pictures.items()
        }
        return Dataset(self.dataset.log, pictures, self.dataset.texts)


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Gallery:
    workspace = Workspace.create(tmp_path_factory.mktemp("gallery") / "workspace", "")
    painted = [paint(index, SEED, 160) for index in range(ITEMS)]
    digests = [originals.keep(workspace.media, jpeg(image)) for image, _ in painted]
    encode_pictures(workspace, digests, ENCODERS, workers=2, with_renditions=False)
    factors = [one for _, one in painted]
    truth = make_truth(factors, [f"picture-{i}" for i in range(ITEMS)], VISITORS, SEED)
    events = simulate(truth, SEED, VIEWS)
    weights = np.array([
        EVENT_WEIGHTS[kind] * (-1 if kind in ("hide", "dislike") else 1) for kind in KINDS
    ])  # fmt: skip
    log = log_of_arrays(
        events.users,
        events.items,
        events.times * 1000,
        weights[events.kinds].astype(np.float32),
        VISITORS,
        ITEMS,
        SEED,
    )
    caches = vector_caches(workspace, ENCODERS)
    dataset = Dataset(log, modalities(caches, [[digest] for digest in digests]), [""] * ITEMS)
    assert all(one.present.all() for one in dataset.pictures.values())
    return Gallery(truth, dataset)
