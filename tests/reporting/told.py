"""Evaluations made by hand: rows with what a report reads of them."""

from __future__ import annotations

from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.learning import Learned
from beholder.evaluation.table import Row

Beside = dict[str, tuple[float, float]]  # NDCG@10 and p by the name of a row


def told(
    beside: Beside, protocol: str = "next-basket", seed: int = 7, auto: float = 0.2
) -> Evaluation:
    """Return an evaluation in which `auto` reached 0.2, and others as said."""
    rows = [Row("auto", auto, auto - 0.01, auto + 0.01, 0.4, {"ndcg@10": auto})]
    for model, (value, p) in beside.items():
        lost = auto - value
        rows.append(
            Row(
                model,
                value,
                value - 0.01,
                value + 0.01,
                0.3,
                {"ndcg@10": value},
                against=(auto / value, auto / value - 0.1, auto / value + 0.1),
                lost=(lost, lost - 0.01, lost + 0.01),
                p=p,
            )
        )
    return Evaluation(protocol, seed, 100, 120, 0.25, 3.0, rows, [], [], n_items=50, pool=50)


def with_curve(found: Evaluation, more: str) -> Evaluation:
    found.learning = [Learned(0.3, 300, 0.15, 0.14, 0.16), Learned(1.0, 1000, 0.2, 0.19, 0.21)]
    found.more = [more]
    return found
