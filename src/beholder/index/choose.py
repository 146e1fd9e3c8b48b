"""Which index a catalogue gets, the exact one as long as it is quick enough; as arrays too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.index.exact import Exact
from beholder.index.interface import Index, Vectors
from beholder.index.ivf import IVF
from beholder.index.shapes import present

EXACT = 50_000  # vectors; comparing so many takes about 2 ms
WORTH = 4  # an index that reads more than this part of its lists is no quicker


def index_over(vectors: Vectors) -> Index:
    """Return an index over float32 (n, dim), unit rows or zero."""
    if len(vectors) <= EXACT:
        return Exact.over(vectors)
    lists = IVF.over(vectors)
    return lists if lists.probes * WORTH <= len(lists.centres) else Exact.over(vectors)


def save_index(index: Index) -> dict[str, NDArray[Any]]:
    """Return the arrays of a fresh index, from which `load_index` makes it again."""
    arrays: dict[str, NDArray[Any]] = {"vectors": index.vectors}
    if isinstance(index, IVF):
        arrays |= {
            "centres": index.centres,
            "lists": index.lists,
            "probes": np.array([index.probes], np.int32),
            "recall": np.array([index.recall], np.float32),
        }
    return arrays


def load_index(arrays: Mapping[str, NDArray[Any]]) -> Index:
    """Return the index of these arrays.

    Raises
    ------
    KeyError
        If one is missing.
    """
    vectors = arrays["vectors"]
    if "centres" not in arrays:
        return Exact.over(vectors)
    live = present(vectors)
    probes, recall = int(arrays["probes"][0]), float(arrays["recall"][0])
    return IVF(vectors, live, arrays["centres"], arrays["lists"], probes, recall)
