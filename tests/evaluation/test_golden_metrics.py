"""Metrics against other libraries: their values and versions are kept in `golden_metrics.json`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import logit

from beholder import measures
from beholder.evaluation import beyond_accuracy as beyond
from beholder.evaluation.metrics import METRICS

GOLDEN = json.loads(Path(__file__).with_name("golden_metrics.json").read_bytes())
CASES, LISTS, SAID = GOLDEN["cases"], GOLDEN["lists"], GOLDEN["predictions"]
RANKS = ["ranx", "pytrec_eval-terrier", "ir-measures"]


def padded(lists: list[list[int]], k: int) -> np.ndarray:
    return np.array([[*own, *[-1] * k][:k] for own in lists], np.int32)


@pytest.mark.parametrize(("library", "name"), [(lib, name) for lib in RANKS for name in CASES[lib]])
def test_a_metric_of_ranks_is_theirs(library: str, name: str) -> None:
    metric, k = name.split("@")
    found = padded(CASES["lists"], int(k))
    hits = np.array([np.isin(a, b) for a, b in zip(found, CASES["right"], strict=True)])
    counts = np.array([len(own) for own in CASES["right"]])
    np.testing.assert_allclose(
        METRICS[metric](hits, counts), CASES[library][name], rtol=1e-6, atol=1e-12
    )


def test_every_metric_of_ranks_was_asked_of_two_libraries() -> None:
    for name in METRICS:
        assert sum(f"{name}@10" in CASES[library] for library in RANKS) >= 1 + (name != "f1")


@pytest.mark.parametrize("library", ["recbole", "recmetrics"])
def test_what_lists_are_like_is_theirs(library: str) -> None:
    found, theirs = np.array(LISTS["lists"], np.int32), LISTS[library]
    counts = np.array(LISTS["counts"])
    n = len(counts)
    assert beyond.coverage(found, n) == pytest.approx(theirs["coverage"], abs=1e-4)  # they round
    if "gini" in theirs:
        ours = beyond.gini(found, np.ones(n, bool))
        assert ours == pytest.approx(theirs["gini"])
    if "popularity" in theirs:
        np.testing.assert_allclose(beyond.popularity(found, counts, 1), theirs["popularity"])
    if "novelty" in theirs:
        np.testing.assert_allclose(beyond.novelty(found, counts), theirs["novelty"])


def test_diversity_is_one_less_their_likeness_within_a_list() -> None:
    """By plain cosines, which a catalogue's whitened spaces are not."""
    vectors = np.array(LISTS["vectors"], np.float32)

    class Plain:
        def __len__(self) -> int:
            return len(vectors)

        def pairs(self, some: np.ndarray, others: np.ndarray) -> np.ndarray:
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            return np.asarray((unit[some] * unit[others]).sum(axis=1))

    found = np.array(LISTS["lists"], np.int32)
    ours = beyond.diversity(found, Plain())  # type: ignore[arg-type]
    np.testing.assert_allclose(ours, LISTS["recmetrics"]["diversity"], atol=1e-6)


@pytest.mark.parametrize("library", ["scikit-learn", "torchmetrics"])
def test_how_good_predictions_are_is_theirs(library: str) -> None:
    chances, labels = np.array(SAID["chances"]), np.array(SAID["labels"])
    assert len(np.unique(chances)) < 20 < len(chances), "so many are equal"
    outputs, classes = np.array(SAID["outputs"]), np.array(SAID["classes"])
    ours = {
        "auc": measures.auc(chances, labels),
        "log_loss": measures.log_losses(logit(chances), labels).mean(),
        "mse": measures.squared_errors(chances, labels).mean(),
        "mae": measures.absolute_errors(chances, labels).mean(),
        "accuracy": measures.accuracy(chances[:, None], labels),
        "accuracy_of_classes": measures.accuracy(outputs, classes),
    }
    assert ours == pytest.approx(SAID[library], rel=1e-5)
