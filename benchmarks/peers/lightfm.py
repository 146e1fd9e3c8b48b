"""LightFM: WARP over items and their attributes."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import scipy.sparse as sp

from benchmarks.peers.answers import Scorer
from benchmarks.peers.part import Asked, Floats, Part
from benchmarks.peers.run import main
from benchmarks.peers.tuning import Model, Setting


def features(part: Part, ids: bool) -> sp.csr_matrix:
    """Return each item's values of attributes, those that two have, and itself where `ids`."""
    blocks = [sp.identity(part.n_items, np.float32, format="csr")] * ids
    for codes in part.codes.T:
        there = np.flatnonzero(codes >= 0)
        values = sp.csr_matrix((np.ones(len(there), np.float32), (there, codes[there])))
        values.resize((part.n_items, values.shape[1]))
        blocks.append(values[:, np.asarray(values.sum(0)).ravel() > 1])
    return sp.hstack(blocks, format="csr")


def warp(with_attributes: bool) -> Any:
    """Return how to fit it, with attributes of items or without."""

    def fit(part: Part, setting: Setting, seed: int) -> Scorer:
        from lightfm import LightFM

        own = dict(setting)
        epochs = own.pop("epochs")
        told = features(part, ids=True) if with_attributes else None
        model = LightFM(loss="warp", random_state=seed, **own)
        model.fit(part.matrix.tocoo(), item_features=told, epochs=epochs, num_threads=1)
        item_biases, items = model.get_item_representations(told)

        def scores(asked: Asked, weights: Floats | None) -> Any:
            # A user's own bias moves all of his items alike.
            return model.user_embeddings[asked.users] @ items.T + item_biases

        return scores

    return fit


GRID = [
    {"no_components": factors, "learning_rate": rate, "epochs": epochs}
    for factors, rate, epochs in product((32, 64, 128), (0.02, 0.05), (20, 50, 100))
]

MODELS = {
    "WARP": Model(warp(with_attributes=False), GRID),
    "WARP, attributes": Model(warp(with_attributes=True), GRID, new_items=True),
}

if __name__ == "__main__":
    main(MODELS)
