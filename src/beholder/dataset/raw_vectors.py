"""The raw vectors of items: encoded ones by picture, some with words too, imported ones by item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.given_vectors import GivenVectors, names
from beholder.encoders.cache import VectorCache
from beholder.encoders.item_network import KIND, ItemNetwork, of_items
from beholder.encoders.own_network import OWN, trouble_with, tuned
from beholder.encoders.registry import graphs, vector_caches
from beholder.errors import DataError
from beholder.spaces import Modality
from beholder.spaces.words import tokens
from beholder.workspace import Workspace


class RawVectors:
    """Reads what training and a running server compare items by, where it is kept.

    What was read is remembered, and what came since is found. Vectors that were imported under
    the name of an encoder are read in place of its own.

    Parameters
    ----------
    encoders
        Whose vectors, by name; those that were imported come after them, whatever their names.

    Attributes
    ----------
    pictured
        bool (n_items,) by the name of a network of pictures and words: the items with a picture
        that it has looked at, of those that were asked about last. Words alone make a vector, too.
    left_out
        Why such networks were left out, by name: their files are gone, or not whole.
    """

    def __init__(self, workspace: Workspace, encoders: Sequence[str]) -> None:
        self.workspace, self.encoders = workspace, list(encoders)
        self._caches: dict[str, VectorCache] = {}
        self._given: dict[str, GivenVectors] = {}
        self._networks: dict[str, ItemNetwork] = {}
        self.pictured: dict[str, NDArray[np.bool_]] = {}
        self.left_out: dict[str, str] = {}

    def __call__(
        self, item_ids: Sequence[str], pictures: Sequence[Sequence[str]], texts: Sequence[str]
    ) -> dict[str, Modality]:
        """Return the vectors of some items by name; a name without any is left out.

        Parameters
        ----------
        pictures
            Hashes of all pictures of each item.
        texts
            What is said of each, as `text_of` joins it.
        """
        imported = names(self.workspace.vectors)
        found: dict[str, Modality] = {}
        wanted = [name for name in self.encoders if name not in imported]
        if any(pictures):  # or the caches need not be opened at all
            if wanted != list(self._caches):
                self._caches = vector_caches(self.workspace, wanted)
            found = modalities(self._caches, pictures)
        for name in filter(of_items, wanted):
            whole = self._with_words(name, found.pop(name, None), texts)
            found |= {} if whole is None else {name: whole}
        return found | self._imported(imported, item_ids)

    @property
    def damaged(self) -> dict[str, int]:
        """Files of each encoder's cache that were passed over: cut, changed, or not its own."""
        counted = {name: len(cache.shards.broken) for name, cache in self._caches.items()}
        return {name: n for name, n in counted.items() if n}

    def _with_words(
        self, name: str, seen: Modality | None, texts: Sequence[str]
    ) -> Modality | None:
        """Return vectors of pictures and words: one of each picture, or of words alone."""
        network = self._network(name)
        if network is None:
            return None
        terms = [tokens(text) for text in texts]
        raw = Modality.empty(len(texts), network.dim) if seen is None else seen
        self.pictured[name] = raw.present
        alone = np.array([bool(own) for own in terms], bool) & ~raw.present
        owner = np.concatenate([raw.owner, np.flatnonzero(alone).astype(np.int32)])
        if not len(owner):
            return None
        blank = np.zeros((int(alone.sum()), network.dim), np.float32)
        order = np.argsort(owner, kind="stable")
        vectors = np.concatenate([np.asarray(raw.vectors, np.float32), blank])[order]
        pictured, owner = order < len(raw.owner), owner[order]
        vectors = network.vectors(vectors, pictured, [terms[item] for item in owner])
        return Modality(vectors, owner, raw.present | alone, given=True)

    def _network(self, name: str) -> ItemNetwork | None:
        if name not in self._networks and name not in self.left_out:
            trouble = trouble_with(name, graphs(self.workspace))
            try:
                if trouble is None:
                    self._networks[name] = ItemNetwork(name, graphs(self.workspace))
            except DataError as error:
                trouble = error
            if trouble is not None:
                self.left_out[name] = str(trouble)
        return self._networks.get(name)

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


def reads_words(name: str) -> bool:
    """Whether an encoder of this name looks at pictures and reads words."""
    return name.startswith(f"{OWN}{KIND}-")
