"""The raw vectors of items: encoded ones by picture, imported ones by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from beholder.catalogue.given_vectors import GivenVectors, names
from beholder.encoders.cache import VectorCache
from beholder.encoders.own_network import tuned
from beholder.encoders.registry import vector_caches
from beholder.spaces import Modality
from beholder.workspace import Workspace


class RawVectors:
    """Reads what training and a running server compare items by, where it is kept.

    What was read is remembered, and what came since is found. Vectors that were imported under
    the name of an encoder are read in place of its own.

    Parameters
    ----------
    encoders
        Whose vectors, by name; those that were imported come after them, whatever their names.
    """

    def __init__(self, workspace: Workspace, encoders: Sequence[str]) -> None:
        self.workspace, self.encoders = workspace, list(encoders)
        self._caches: dict[str, VectorCache] = {}
        self._given: dict[str, GivenVectors] = {}

    def __call__(
        self, item_ids: Sequence[str], pictures: Sequence[Sequence[str]]
    ) -> dict[str, Modality]:
        """Return the vectors of some items by name; a name without any is left out.

        Parameters
        ----------
        pictures
            Hashes of all pictures of each item.
        """
        imported = names(self.workspace.vectors)
        found: dict[str, Modality] = {}
        if any(pictures):  # or the caches need not be opened at all
            wanted = [name for name in self.encoders if name not in imported]
            if wanted != list(self._caches):
                self._caches = vector_caches(self.workspace, wanted)
            found = modalities(self._caches, pictures)
        return found | self._imported(imported, item_ids)

    @property
    def damaged(self) -> dict[str, int]:
        """Files of each encoder's cache that were passed over: cut, changed, or not its own."""
        counted = {name: len(cache.shards.broken) for name, cache in self._caches.items()}
        return {name: n for name, n in counted.items() if n}

    def _imported(self, wanted: list[str], item_ids: Sequence[str]) -> dict[str, Modality]:
        found = {}
        for name in wanted:
            known = self._given.setdefault(name, GivenVectors(self.workspace.vectors, name))
            vectors, present = known.load(item_ids)
            if present.any():
                found[name] = Modality.of_rows(vectors, present, given=True)
        return found


def modalities(
    caches: Mapping[str, VectorCache], pictures: Sequence[Sequence[str]]
) -> dict[str, Modality]:
    """Read the cached vectors of each encoder; encoders without any vector are left out.

    Parameters
    ----------
    caches
        By the encoder's name. One that is kept looks only at what came since.
    pictures
        Hashes of all pictures of each item.
    """
    digests = [digest for own in pictures for digest in own]
    owners = np.repeat(np.arange(len(pictures), dtype=np.int32), [len(own) for own in pictures])
    found = {}
    for name, cache in caches.items():
        vectors, present = cache.load(digests)
        if present.any():
            owner = owners[present]
            mask = np.bincount(owner, minlength=len(pictures)) > 0
            # What was tuned was made to be compared as it is.
            found[name] = Modality(vectors[present], owner, mask, given=tuned(name))
    return found
