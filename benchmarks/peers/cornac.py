"""Cornac: BPR, EASE, and VBPR, which sees pictures."""

from __future__ import annotations

from collections import OrderedDict
from itertools import product
from typing import Any

import numpy as np

from benchmarks.peers.answers import NOTHING, Scorer
from benchmarks.peers.part import Asked, Floats, Part
from benchmarks.peers.run import main
from benchmarks.peers.tuning import Model, Setting


class Numbers:
    """Cornac counts those it knows first: its numbers of our users and items, and back.

    Attributes
    ----------
    users, items
        int64 (n_users,), (n_items,). Their numbers there.
    known
        int. How many items it knows.
    order
        int64 (n_items,). Ours in the order of theirs.
    """

    def __init__(self, part: Part) -> None:
        self.users, _, _ = _numbered(part.users, part.n_users)
        self.items, self.known, self.order = _numbered(part.items, part.n_items)

    def back(self, scores: Any) -> Any:
        """Return scores (n, n_items) of their items in our order."""
        return scores[:, self.items]


def _numbered(there: Any, n: int) -> tuple[Any, int, Any]:
    known = np.unique(there)
    order = np.concatenate([known, np.setdiff1d(np.arange(n), known)])
    numbers = np.empty(n, np.int64)
    numbers[order] = np.arange(n)
    return numbers, len(known), order


def training(part: Part, numbers: Numbers, seed: int) -> Any:
    """Return Cornac's form of the pairs; what is unknown is in its maps alone, as in its tests."""
    from cornac.data import Dataset

    pairs = (numbers.users[part.users], numbers.items[part.items], np.ones(len(part.users)))
    n_users = len(np.unique(part.users))
    users = OrderedDict((user, user) for user in range(part.n_users))
    items = OrderedDict((item, item) for item in range(part.n_items))
    return Dataset(n_users, numbers.known, users, items, pairs, seed=seed)


def fitted(model: Any, part: Part, numbers: Numbers, data: Any, new: bool) -> Scorer:
    """Fit, and return what asks for all scores of a user."""
    model.fit(data)

    def scores(asked: Asked, weights: Floats | None) -> Any:
        found = np.full((len(asked), part.n_items), NOTHING, np.float32)
        for row, user in enumerate(numbers.users[asked.users].tolist()):
            own = np.asarray(model.score(user), np.float32).ravel()
            found[row, : len(own)] = own
        if not new:
            found[:, numbers.known :] = NOTHING
        return numbers.back(found)

    return scores


def bpr(part: Part, setting: Setting, seed: int) -> Scorer:
    from cornac.models import BPR

    numbers = Numbers(part)
    model = BPR(**setting, seed=seed, verbose=False)
    return fitted(model, part, numbers, training(part, numbers, seed), new=False)


def ease(part: Part, setting: Setting, seed: int) -> Scorer:
    from cornac.models import EASE

    numbers = Numbers(part)
    model = EASE(**setting, seed=seed, verbose=False)
    return fitted(model, part, numbers, training(part, numbers, seed), new=False)


def vbpr(part: Part, setting: Setting, seed: int) -> Scorer:
    import torch
    from cornac.data import ImageModality
    from cornac.models import VBPR

    torch.manual_seed(seed)
    numbers = Numbers(part)
    data = training(part, numbers, seed)
    pictures = ImageModality(features=part.vectors[numbers.order], normalized=True)
    data.add_modalities(item_image=pictures.build())
    model = VBPR(**setting, seed=seed, verbose=False)
    return fitted(model, part, numbers, data, new=True)


BPR = [
    {"k": k, "learning_rate": rate, "lambda_reg": loss, "max_iter": 200}
    for k, rate, loss in product((32, 64, 128), (0.01, 0.05), (0.001, 0.01, 0.05))
]
EASE = [
    {"lamb": loss, "posB": positive}
    for loss, positive in product((20, 100, 300, 1000), (True, False))
]
VBPR = [
    {
        "k": k,
        "k2": k,
        "learning_rate": rate,
        "lambda_w": loss,
        "n_epochs": epochs,
        "batch_size": 512,
    }
    for k, rate, loss, epochs in (
        (32, 0.005, 0.01, 10),
        (32, 0.005, 0.1, 10),
        (64, 0.001, 0.01, 20),
        (64, 0.005, 0.01, 20),
        (64, 0.005, 0.1, 20),
        (64, 0.02, 0.1, 10),
    )
]

MODELS = {
    "BPR": Model(bpr, BPR),
    "EASE": Model(ease, EASE),
    "VBPR": Model(vbpr, VBPR, new_items=True),
}

if __name__ == "__main__":
    main(MODELS)
