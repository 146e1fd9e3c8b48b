"""Writes `golden_metrics.json`: what other libraries say of small made-up cases.

    pip install ir-measures pytrec_eval-terrier ranx recbole scikit-learn torchmetrics
    pip install --no-deps recmetrics plotly funcsigs  # it asks for versions of long ago
    python tests/evaluation/make_golden_metrics.py

The cases are in the file, too; nothing of this project is used here. Only what a library defines
as we do is kept: the others divide MAP by all right answers, which is the same where there are at
most as many as places.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
import pandas as pd
import pytrec_eval
import ranx
import recmetrics
import torch
import torchmetrics.functional as tm
from ir_measures import AP, RR, P, R, Success, nDCG
from recbole.evaluator.metrics import AveragePopularity, GiniIndex, ItemCoverage
from sklearn import metrics as sk

LIBRARIES = (
    "ir-measures",
    "pytrec_eval-terrier",
    "ranx",
    "recbole",
    "recmetrics",
    "scikit-learn",
    "torchmetrics",
)
N_ITEMS, N_CASES, K = 40, 12, 20
rng = np.random.default_rng(2)


def cases() -> tuple[list[list[int]], list[list[int]]]:
    """Draw lists of 20 and one to six right answers; one list is short, and one has none right."""
    lists, right = [], []
    for case in range(N_CASES):
        order = rng.permutation(N_ITEMS)
        targets = rng.choice(N_ITEMS, 1 + case % 6, replace=False)
        if case == 3:
            order = np.concatenate([np.setdiff1d(order, targets), targets])
        lists.append(order[: 4 if case == 5 else K].tolist())
        right.append(np.sort(targets).tolist())
    return lists, right


def of_ranks(lists: list[list[int]], right: list[list[int]]) -> dict[str, Any]:
    """Return every metric of each case at 10 and 20, by three libraries."""
    qrels = {f"q{q:02}": {f"i{i}": 1 for i in own} for q, own in enumerate(right)}
    run = {
        f"q{q:02}": {f"i{i}": float(K - place) for place, i in enumerate(own)}
        for q, own in enumerate(lists)
    }
    found: dict[str, Any] = {"ranx": {}, "pytrec_eval-terrier": {}, "ir-measures": {}}
    names = {
        "ndcg": "ndcg", "hr": "hit_rate", "precision": "precision", "recall": "recall",
        "f1": "f1", "map": "map", "mrr": "mrr",
    }  # fmt: skip
    for ours, theirs in names.items():
        for k in (10, 20):
            each = ranx.evaluate(
                ranx.Qrels(qrels), ranx.Run(run), f"{theirs}@{k}", return_mean=False
            )
            found["ranx"][f"{ours}@{k}"] = each.tolist()
    trec = {"ndcg": "ndcg_cut", "precision": "P", "recall": "recall", "map": "map_cut"}
    asked = {f"{theirs}.10,20" for theirs in (*trec.values(), "success")}
    told = pytrec_eval.RelevanceEvaluator(qrels, asked).evaluate(run)
    for k in (10, 20):
        for ours, theirs in {**trec, "hr": "success"}.items():
            values = [told[q][f"{theirs}_{k}"] for q in sorted(qrels)]
            found["pytrec_eval-terrier"][f"{ours}@{k}"] = values
        for ours, one in {
            "ndcg": nDCG, "precision": P, "recall": R, "map": AP, "mrr": RR, "hr": Success,
        }.items():  # fmt: skip
            each = {m.query_id: m.value for m in ir_measures.iter_calc([one @ k], qrels, run)}
            found["ir-measures"][f"{ours}@{k}"] = [each[q] for q in sorted(qrels)]
    return found


def of_lists(lists: list[list[int]], counts: list[int]) -> dict[str, Any]:
    """Return coverage, Gini, popularity, novelty of all lists, and the diversity of each, at 10."""
    whole = [own[:10] for own in lists if len(own) >= 10]
    many = torch.tensor(whole)
    vectors = rng.normal(size=(N_ITEMS, 5)).round(3)
    features = pd.DataFrame(vectors)
    _, surprise = recmetrics.novelty(whole, dict(enumerate(counts)), sum(counts), 10)
    coverage = recmetrics.prediction_coverage(whole, range(N_ITEMS)) / 100
    alike = [recmetrics.intra_list_similarity([own], features) for own in whole]
    popular = np.array(counts)[np.array(whole)]
    return {
        "lists": whole,
        "counts": counts,
        "vectors": vectors.tolist(),
        "recmetrics": {
            "coverage": coverage,
            "novelty": surprise,
            "diversity": [1 - one for one in alike],
        },
        "recbole": {
            "coverage": ItemCoverage.get_coverage(None, many.numpy(), N_ITEMS),
            "gini": GiniIndex.get_gini(None, many.numpy(), N_ITEMS),
            "popularity": AveragePopularity.metric_info(None, popular)[:, 9].tolist(),
        },
    }


def of_predictions() -> dict[str, Any]:
    """Return AUC with ties, log loss, MSE, MAE and accuracy of chances, by two libraries."""
    chances = rng.integers(1, 20, 60) / 20  # of few values: many are equal
    labels = (rng.random(60) < chances).astype(int)
    said, real = torch.tensor(chances), torch.tensor(labels)
    outputs = rng.random((30, 4)).round(3)
    classes = rng.integers(0, 4, 30)
    return {
        "chances": chances.tolist(),
        "labels": labels.tolist(),
        "outputs": outputs.tolist(),
        "classes": classes.tolist(),
        "scikit-learn": {
            "auc": sk.roc_auc_score(labels, chances),
            "log_loss": sk.log_loss(labels, chances),
            "mse": sk.mean_squared_error(labels, chances),
            "mae": sk.mean_absolute_error(labels, chances),
            "accuracy": sk.accuracy_score(labels, chances > 0.5),
            "accuracy_of_classes": sk.accuracy_score(classes, outputs.argmax(axis=1)),
        },
        "torchmetrics": {
            "auc": float(tm.auroc(said, real, task="binary")),
            "mse": float(tm.mean_squared_error(said, real.double())),
            "mae": float(tm.mean_absolute_error(said, real.double())),
            "accuracy": float(tm.accuracy(said, real, task="binary")),
            "accuracy_of_classes": float(
                tm.accuracy(
                    torch.tensor(outputs), torch.tensor(classes), task="multiclass",
                    num_classes=4, average="micro",
                )
            ),
            "log_loss": float(torch.nn.functional.binary_cross_entropy(said, real.double())),
        },
    }  # fmt: skip


def main() -> None:
    lists, right = cases()
    counts = [int(n) for n in rng.integers(1, 50, N_ITEMS)]
    made = {
        "libraries": {name: version(name) for name in LIBRARIES} | {"torch": version("torch")},
        "cases": {"lists": lists, "right": right, **of_ranks(lists, right)},
        "lists": of_lists(lists, counts),
        "predictions": of_predictions(),
    }
    target = Path(__file__).with_name("golden_metrics.json")
    target.write_text(json.dumps(made) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
