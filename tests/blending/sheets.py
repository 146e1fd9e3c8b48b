"""Sheets written out by hand."""

from __future__ import annotations

import numpy as np

from beholder.blending.sheet import Sheet


def a_sheet(scores: list[list[list[float]]], targets: list[list[int]]) -> Sheet:
    """Scores (members, cases, candidates); targets by case."""
    array = np.array(scores, np.float32)
    counts = [len(t) for t in targets]
    discount = np.cumsum(1 / np.log2(np.arange(2, 22)))
    case = np.repeat(np.arange(len(targets)), counts)
    return Sheet(
        [f"m{i}" for i in range(len(scores))],
        {},
        array,
        np.ones(array.shape[1:], bool),
        case,
        np.concatenate(targets),
        1 / discount[np.array(counts) - 1][case],
    )
