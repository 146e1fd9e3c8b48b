"""Raw vectors of pictures from the cache, for items that came after the bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beholder.bundle.parts import Parts
from beholder.dataset.build import modalities
from beholder.encoders.cache import VectorCache
from beholder.encoders.registry import ENCODERS, ONNX, vector_caches
from beholder.engine.overlay import VectorsOf
from beholder.spaces import Modality
from beholder.workspace import Workspace


def cached_vectors(workspace: Workspace, encoders: list[str]) -> VectorsOf:
    """Return a function from the picture hashes of items to their raw vectors by encoder.

    Names of vectors that were imported are left out: a new picture has none of those.
    """
    ours = [name for name in encoders if name in ENCODERS or name.startswith(ONNX)]
    caches: dict[str, VectorCache] = {}  # kept, since each knows what it has read already

    def vectors_of(pictures: Sequence[Sequence[str]]) -> Mapping[str, Modality]:
        if not caches:
            caches.update(vector_caches(workspace, ours))
        return modalities(caches, pictures)

    return vectors_of


def vectors_for(workspace: Workspace, parts: Parts) -> VectorsOf:
    """Return what gives the raw vectors of late items, as the encoders of a bundle made them."""
    return cached_vectors(workspace, list(parts.content.spaces))
