"""Raw vectors of items that came or changed after the bundle, as far as it can compare them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from beholder.bundle.parts import Parts
from beholder.dataset.raw_vectors import RawVectors
from beholder.encoders import own_network
from beholder.encoders.own_network import OWN
from beholder.encoders.registry import encodes, graphs
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
    read = RawVectors(workspace, [name for name in dims if encodes(name)])

    def vectors_of(
        item_ids: Sequence[str], pictures: Sequence[Sequence[str]], texts: Sequence[str]
    ) -> Mapping[str, Modality]:
        found = read(item_ids, pictures, texts)
        return {name: raw for name, raw in found.items() if raw.dim == dims.get(name)}

    return vectors_of


def looking(workspace: Workspace, parts: Parts) -> list[str]:
    """Return the encoders that look at a new picture: of the settings, and of the bundle.

    So a bundle whose encoder is no longer in the settings takes in new items as before.
    """
    used = [name for name in parts.content.spaces if name.startswith(OWN)]
    kept = own_network.names(graphs(workspace))
    found = [*workspace.settings.encode.encoders, *(name for name in used if name in kept)]
    return list(dict.fromkeys(found))
