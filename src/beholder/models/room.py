"""About how much memory models that PyTorch trains take while they learn, beside the data."""

from __future__ import annotations

from typing import Any

from beholder.dataset.dataset import Dataset
from beholder.scorers.item_item import kept_of
from beholder.spaces.metric import WIDTH

NUMBER, ENTRY = 4, 8  # bytes of a number, and of an entry of a row
HELD = 5  # times that weights are: with gradient, two moments of Adam, and the best so far
ASKED, AMONG = 1000, 201  # pairs that measure, at most, and items that each is compared among
SHARE = 0.05  # of all pairs measure
COPIES = 4  # of what is computed from layer to layer, there and back
BATCH, READ = 1024, 20  # histories that are read at once, and items of each


def of_factors(dataset: Dataset, settings: Any) -> int:
    """Return what vectors of people and items take."""
    n = dataset.n_items + dataset.interactions.n_users
    size = int(settings.factors)
    return NUMBER * HELD * n * size + _measuring(dataset, size)


def of_factors_and_content(dataset: Dataset, settings: Any) -> int:
    """Return what vectors of people and items take, and what is read of items."""
    return of_factors(dataset, settings) + _content(dataset)


def of_graph(dataset: Dataset, settings: Any) -> int:
    """Return what a graph takes: the vectors of all for each layer, there and back."""
    n = dataset.n_items + dataset.interactions.n_users
    size, times = int(settings.size), HELD + COPIES * (int(settings.layers) + 1)
    return NUMBER * n * size * times + _measuring(dataset, size) + _rows(dataset)


def of_graph_and_content(dataset: Dataset, settings: Any) -> int:
    """Return what a graph takes, and what is read of items."""
    return of_graph(dataset, settings) + _content(dataset)


def of_towers(dataset: Dataset, settings: Any) -> int:
    """Return what towers take that know content, and rows from items to items."""
    return _towers(dataset, settings.size) + _rows(dataset)


def of_sequence(dataset: Dataset, settings: Any) -> int:
    """Return what towers take that read histories by a network."""
    size = int(settings.factors)
    return _towers(dataset, size) + NUMBER * COPIES * BATCH * READ * size


def _towers(dataset: Dataset, size: int) -> int:
    weights = NUMBER * HELD * dataset.n_items * size
    histories = NUMBER * COPIES * BATCH * (READ * size + BATCH)
    return weights + histories + _measuring(dataset, size) + _content(dataset)


def _measuring(dataset: Dataset, size: int) -> int:
    asked = min(ASKED, int(SHARE * len(dataset.interactions)))
    return 2 * NUMBER * asked * AMONG * size  # their vectors, and the products with the person's


def _content(dataset: Dataset) -> int:
    """Return what is read of all items, twice while it is put together."""
    spaces = dataset.content.spaces
    width = sum(min(WIDTH, int(one.vectors.shape[1])) for one in spaces.values())
    return 2 * NUMBER * dataset.n_items * width


def _rows(dataset: Dataset) -> int:
    n = dataset.n_items
    return 2 * ENTRY * min(kept_of(n), n) * n
