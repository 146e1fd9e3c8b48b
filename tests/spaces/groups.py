"""Content in sight: vectors and texts in clear groups, and a catalogue of several modalities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beholder.spaces import Modality


def unit(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.maximum(lengths, 1e-12)


def grouped(n: int, dim: int, groups: int = 6, noise: float = 0.7, seed: int = 0) -> tuple:
    """Return vectors (n, dim) with a common part, as networks give them, and their groups."""
    rng = np.random.default_rng(seed)
    centres = unit(rng.normal(size=(groups, dim)))
    group = np.arange(n) % groups
    spread = noise * rng.normal(size=(n, dim)) / np.sqrt(dim)
    common = unit(rng.normal(size=(1, dim)))
    return (centres[group] + spread + common).astype(np.float32), group


def plain(raw: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return cosines of vectors as they are."""
    rows = unit(raw.astype(np.float64))
    return rows @ rows.T


def nearest(cosines: NDArray[np.floating], k: int) -> NDArray[np.int64]:
    """Return the k nearest others of each, nearest first."""
    others = cosines.astype(np.float64).copy()
    np.fill_diagonal(others, -np.inf)
    return np.argsort(-others, axis=1, kind="stable")[:, :k]


def agreement(near: NDArray[np.int64], group: NDArray[np.int64]) -> float:
    """Return the share of neighbours that are of the same group."""
    return float((group[near] == group[:, None]).mean())


def everyone(n: int) -> NDArray[np.bool_]:
    return np.ones(n, bool)


def modality(
    raw: NDArray[np.floating], missing: tuple[int, ...] = (), given: bool = False
) -> Modality:
    present = everyone(len(raw))
    present[list(missing)] = False
    return Modality.of_rows(raw, present, given)


def words(group: NDArray[np.int64], seed: int = 0) -> list[str]:
    """Return texts that name the group, and something else."""
    rng = np.random.default_rng(seed)
    return [f"kind{one} maker{rng.integers(8)} shade{rng.integers(5)}" for one in group]
