"""Raw vectors of pictures from the cache, for items that came after the bundle."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from beholder.encoders.registry import ENCODERS, ONNX, vector_cache
from beholder.engine.overlay import VectorsOf
from beholder.scorers.interface import Floats
from beholder.workspace import Workspace


def cached_vectors(workspace: Workspace, encoders: list[str]) -> VectorsOf:
    """Return a function from picture digests to raw vectors by encoder.

    Names of vectors that were imported are left out: a new picture has none of those.
    """
    ours = [name for name in encoders if name in ENCODERS or name.startswith(ONNX)]

    def vectors_of(pictures: list[str | None]) -> Mapping[str, Floats]:
        found = {}
        there = [i for i, digest in enumerate(pictures) if digest is not None]
        digests = [digest for digest in pictures if digest is not None]
        for name in ours:
            vectors, present = vector_cache(workspace, name).load(digests)
            rows = np.zeros((len(pictures), vectors.shape[1]), np.float32)
            rows[there] = np.where(present[:, None], vectors, 0)
            found[name] = rows
        return found

    return vectors_of
