"""implicit: neighbours of items, ALS and BPR."""

from __future__ import annotations

from itertools import product
from typing import Any

from benchmarks.peers.answers import Scorer
from benchmarks.peers.part import Asked, Floats, Part
from benchmarks.peers.run import main
from benchmarks.peers.tuning import Model, Setting


def neighbours(name: str) -> Any:
    """Return how to fit a model of `implicit.nearest_neighbours`."""

    def fit(part: Part, setting: Setting, seed: int) -> Scorer:
        from implicit import nearest_neighbours

        model = getattr(nearest_neighbours, name)(**setting, num_threads=1)
        model.fit(part.matrix, show_progress=False)

        # As its scorer does: the rows of what a user has are added up.
        def scores(asked: Asked, weights: Floats | None) -> Any:
            rows = part.matrix[asked.users]
            told = rows if weights is None else asked.matrix(part.n_items, weights)
            return (told @ model.similarity).toarray()

        return scores

    return fit


def als(part: Part, setting: Setting, seed: int) -> Scorer:
    from implicit.cpu.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(**setting, num_threads=1, random_state=seed)
    model.fit(part.matrix, show_progress=False)

    def scores(asked: Asked, weights: Floats | None) -> Any:
        if weights is None:
            return model.user_factors[asked.users] @ model.item_factors.T
        told = asked.matrix(part.n_items, weights)
        return model.recalculate_user(asked.users, told) @ model.item_factors.T

    return scores


def bpr(part: Part, setting: Setting, seed: int) -> Scorer:
    from implicit.cpu.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(**setting, num_threads=1, random_state=seed)
    model.fit(part.matrix, show_progress=False)

    def scores(asked: Asked, weights: Floats | None) -> Any:
        return model.user_factors[asked.users] @ model.item_factors.T

    return scores


SIZES = [{"K": k} for k in (5, 10, 20, 50, 100, 200, 500, 1000, 2000)]
BM25 = [{"K": k, "K1": 1.2, "B": b} for k, b in product((5, 10, 20, 50), (0.0, 0.1, 0.3, 0.75))]
ALS = [
    {"factors": factors, "alpha": alpha, "regularization": regularization}
    for factors, (alpha, regularization) in product(
        (32, 64, 128, 256), ((1.0, 0.01), (10.0, 0.01), (10.0, 1.0), (40.0, 0.01))
    )
]
BPR = [
    {"factors": factors, "learning_rate": rate, "regularization": loss, "iterations": 200}
    for factors, rate, loss in product((32, 64, 128), (0.01, 0.05), (0.001, 0.01, 0.05))
]

MODELS = {
    "BM25": Model(neighbours("BM25Recommender"), BM25, True),
    "cosine": Model(neighbours("CosineRecommender"), SIZES, True),
    "TF-IDF": Model(neighbours("TFIDFRecommender"), SIZES, True),
    "ALS": Model(als, ALS, True),
    "BPR": Model(bpr, BPR),
}

if __name__ == "__main__":
    main(MODELS)
