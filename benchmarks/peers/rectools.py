"""RecTools: EASE and SASRec."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.answers import DEPTH, NOTHING, Scorer
from benchmarks.peers.part import Asked, Floats, Part
from benchmarks.peers.run import main
from benchmarks.peers.tuning import Model, Setting


def dataset(part: Part) -> Any:
    """Return the pairs as RecTools takes them: in order of time, that inside a moment as drawn."""
    import pandas as pd
    from rectools.dataset import Dataset

    told = {"user_id": part.users, "item_id": part.items, "weight": 1.0}
    frame = pd.DataFrame(told | {"datetime": part.times.astype("datetime64[ms]")})
    return Dataset.construct(frame)


def ease(part: Part, setting: Setting, seed: int) -> Scorer:
    from rectools.models import EASEModel

    model, data = EASEModel(**setting, recommend_n_threads=1), dataset(part)
    model.fit(data)
    known = np.asarray(data.item_id_map.external_ids, np.int64)  # our items in the order of theirs

    # As its ranker does: dot products of histories with the rows of its weights.
    def scores(asked: Asked, weights: Floats | None) -> Any:
        rows = part.matrix[asked.users]
        told = rows if weights is None else asked.matrix(part.n_items, weights)
        found = np.full((len(asked), part.n_items), NOTHING, np.float32)
        found[:, known] = told.tocsc()[:, known] @ model.weight.T
        return found

    return scores


def sasrec(part: Part, setting: Setting, seed: int) -> Scorer:
    import torch
    from pytorch_lightning import seed_everything
    from rectools.models import SASRecModel

    torch.set_num_threads(1)
    seed_everything(seed)
    model, data = SASRecModel(**setting), dataset(part)
    model.fit(data)

    def scores(asked: Asked, weights: Floats | None) -> Any:
        found = np.full((len(asked), part.n_items), NOTHING, np.float32)
        known = np.unique(asked.users[np.diff(asked.indptr) > 0])
        most = DEPTH + int(np.diff(asked.seen_indptr).max(initial=0))  # what is seen goes later
        table = model.recommend(
            known, data, k=most, filter_viewed=False, on_unsupported_targets="ignore"
        )
        row = np.full(part.n_users, -1)
        row[asked.users] = np.arange(len(asked))  # not in the order of users
        found[row[table["user_id"]], table["item_id"]] = table["score"]
        return found

    return scores


EASE = [{"regularization": float(loss)} for loss in (10, 20, 50, 100, 200, 500, 1000, 2000)]
SASREC = [
    {
        "n_factors": factors,
        "n_blocks": blocks,
        "n_heads": 2,
        "session_max_len": length,
        "loss": "gBCE",
        "n_negatives": 32,
        "gbce_t": 0.75,
        "lr": rate,
        "epochs": epochs,
    }
    for factors, blocks, length, rate, epochs in (
        (64, 1, 20, 0.001, 40),
        (64, 1, 20, 0.003, 20),
        (64, 1, 20, 0.003, 40),
        (128, 1, 20, 0.003, 20),
        (64, 2, 50, 0.003, 20),
        (64, 1, 50, 0.003, 40),
    )
]

MODELS = {"EASE": Model(ease, EASE, weighted=True), "SASRec": Model(sasrec, SASREC)}

if __name__ == "__main__":
    main(MODELS)
