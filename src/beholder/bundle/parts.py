"""What a bundle holds, in memory: the same object is written after training and opened to serve."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.ipc
import scipy.sparse as sp

from beholder import tensors
from beholder.bundle import network as networks
from beholder.bundle.choice import Choice
from beholder.bundle.network import Network
from beholder.dataset.texts import Groups, groups_of, searched_of
from beholder.errors import BundleError
from beholder.rules import facets_file
from beholder.rules.facets import Facets
from beholder.scorers import rows
from beholder.scorers.blend import Blend
from beholder.scorers.heads import FOLDER as HEADS
from beholder.scorers.heads import Heads
from beholder.scorers.interface import Floats, Mask
from beholder.scorers.ranker import FOLDER as RANKER
from beholder.scorers.ranker import Ranker
from beholder.spaces import Similarity
from beholder.spaces.neighbours import CROWDED, KEPT
from beholder.spaces.word_index import WordIndex


@dataclass(frozen=True)
class Parts:
    """Everything an answer needs.

    Attributes
    ----------
    items
        Arrow table with `ITEM_COLUMNS`, in order of position.
    popularity
        float32 (n_items,), 0 to 1.
    known
        bool (n_items,). Items with behaviour: late ones are placed among them.
    similar
        float32 sparse (n_items, n_items). What looks and reads alike; empty in large catalogues.
    facets
        Attributes of the items by type: what rules and filters read.
    network
        What says of a picture alone how well it is liked, or of which class it is; None: nothing
        was trained for that.
    ranker
        What puts the first candidates in order; None: the blend's order is kept.
    heads
        What foresees clicks and purchases; None: nothing does.
    """

    items: pa.Table
    blend: Blend
    popularity: Floats
    known: Mask
    similar: sp.csr_array
    content: Similarity
    facets: Facets
    choice: Choice
    evaluation: dict[str, Any]
    network: Network | None = None
    ranker: Ranker | None = None
    heads: Heads | None = None

    @property
    def compared(self) -> bool:
        """Whether `similar` has rows; in large catalogues items are compared when asked."""
        return bool(self.similar.nnz) or not self.content.counted

    @cached_property
    def crowded(self) -> Mask:
        """bool (n_items,). Rows of `similar` that had no place for all that is much alike."""
        lengths = np.diff(self.similar.indptr)
        crowded: Mask = lengths >= KEPT
        if crowded.any():
            there = np.flatnonzero(lengths)
            least = np.minimum.reduceat(self.similar.data, self.similar.indptr[there])
            crowded[there] &= least >= CROWDED
        return crowded

    @cached_property
    def words(self) -> WordIndex:
        """What words find; made at the first search."""
        return words_of_items(self.items)

    @cached_property
    def groups(self) -> Groups:
        """Which items are variants of one product."""
        texts = self.items["attributes"].to_pylist()
        return groups_of([msgspec.json.decode(text or "{}") for text in texts])


def words_of_items(items: pa.Table) -> WordIndex:
    """Return the words of a table with `item_id`, `title` and `attributes`."""
    columns = (items[name].to_pylist() for name in ("item_id", "title", "attributes"))
    found = [
        searched_of(item_id, title, msgspec.json.decode(attributes or "{}"))
        for item_id, title, attributes in zip(*columns, strict=True)
    ]
    return WordIndex([one.head for one in found], [one.body for one in found])


def save(parts: Parts, folder: Path) -> None:
    """Write all parts into an empty folder."""
    for name in ("scorers/blend", "similar", "spaces"):
        (folder / name).mkdir(parents=True)
    with pa.ipc.new_file(folder / "items.arrow", parts.items.schema) as writer:
        writer.write_table(parts.items)
    parts.blend.save(folder / "scorers/blend")
    arrays = {"popularity": parts.popularity, "known": parts.known}
    tensors.save(folder / "popularity.safetensors", arrays)
    facets_file.save(parts.facets, folder / facets_file.NAME)
    rows.save(parts.similar, folder / "similar/rows.safetensors")
    parts.content.save(folder / "spaces")
    if parts.ranker is not None:
        (folder / RANKER).mkdir()
        parts.ranker.save(folder / RANKER)
    if parts.heads is not None:
        (folder / HEADS).mkdir()
        parts.heads.save(folder / HEADS)
    if parts.network is not None:
        networks.save(parts.network, folder)
    (folder / "choice.json").write_bytes(msgspec.json.encode(parts.choice))
    (folder / "evaluation.json").write_bytes(msgspec.json.encode(parts.evaluation))


class Recipe(NamedTuple):
    """What a bundle says of how it was made, without its arrays."""

    choice: Choice
    evaluation: dict[str, Any]


def recipe(folder: Path) -> Recipe:
    """Read `choice.json` and `evaluation.json` alone.

    Raises
    ------
    BundleError
        If they are not as this version writes them.
    """
    try:
        choice = msgspec.json.decode((folder / "choice.json").read_bytes(), type=Choice)
        evaluation = msgspec.json.decode((folder / "evaluation.json").read_bytes())
    except (OSError, ValueError) as error:
        raise BundleError(
            f"bundle {folder.name} does not say how it was made: {error}", remedy="train again"
        ) from error
    return Recipe(choice, evaluation)


def load(folder: Path) -> Parts:
    """Open all parts of a checked bundle, the item table memory-mapped.

    Raises
    ------
    BundleError
        If a part is not as this version writes it.
    """
    try:
        return _load(folder)
    except (KeyError, OSError, ValueError, pa.ArrowException) as error:
        raise BundleError(
            f"bundle {folder.name} has parts that this version does not read: {error}",
            remedy="train again",
        ) from error


def _load(folder: Path) -> Parts:
    with pa.memory_map(str(folder / "items.arrow")) as source:
        items = pa.ipc.open_file(source).read_all()
    arrays, _ = tensors.load(folder / "popularity.safetensors")
    ranker = Ranker.load(folder / RANKER) if (folder / RANKER).exists() else None
    heads = Heads.load(folder / HEADS) if (folder / HEADS).exists() else None
    for name, own in (("ranker", ranker), ("heads", heads)):
        if own is not None and len(own.liked) != items.num_rows + 1:  # the last is of all others
            told = f"{len(own.liked) - 1} items, there are {items.num_rows}"
            raise ValueError(f"{name} of {told}")
    return Parts(
        items=items,
        blend=Blend.load(folder / "scorers/blend"),
        popularity=arrays["popularity"],
        known=arrays["known"],
        similar=rows.load(folder / "similar/rows.safetensors"),
        content=Similarity.load(folder / "spaces"),
        facets=facets_file.load(folder / facets_file.NAME),
        choice=msgspec.json.decode((folder / "choice.json").read_bytes(), type=Choice),
        evaluation=msgspec.json.decode((folder / "evaluation.json").read_bytes()),
        network=networks.load(folder),
        ranker=ranker,
        heads=heads,
    )
