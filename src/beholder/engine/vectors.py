"""Raw vectors of items that came or changed after the bundle, as far as it can compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beholder.bundle.parts import Parts
from beholder.dataset.raw_vectors import RawVectors
from beholder.encoders.registry import ENCODERS, ONNX
from beholder.engine.overlay import VectorsOf
from beholder.spaces import Modality, VectorSpace
from beholder.workspace import Workspace


def vectors_for(workspace: Workspace, parts: Parts) -> VectorsOf:
    """Return what gives the raw vectors of items, as those of the bundle were made.

    Vectors of another length than the bundle learned are left out: an encoder was exchanged, or
    imported vectors were begun anew, and only the next training can compare by them.
    """
    spaces = parts.content.spaces.items()
    dims = {
        name: len(space.whitening.mean) for name, space in spaces if isinstance(space, VectorSpace)
    }
    read = RawVectors(workspace, [name for name in dims if _encodes(name)])

    def vectors_of(
        item_ids: Sequence[str], pictures: Sequence[Sequence[str]]
    ) -> Mapping[str, Modality]:
        found = read(item_ids, pictures)
        return {name: raw for name, raw in found.items() if raw.dim == dims.get(name)}

    return vectors_of


def _encodes(name: str) -> bool:
    return name in ENCODERS or name.startswith(ONNX)
