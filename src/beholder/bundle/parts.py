"""What a bundle holds, in memory: the same object is written after training and opened to serve."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.ipc
import scipy.sparse as sp

from beholder import tensors
from beholder.bundle.choice import Choice
from beholder.dataset.content import ContentSpace, PictureSpace, WordSpace
from beholder.dataset.texts import Groups, groups_of
from beholder.dataset.whitening import Whitening
from beholder.dataset.words import TfIdf
from beholder.errors import BundleError
from beholder.index import load_index, save_index
from beholder.scorers import rows
from beholder.scorers.blend import Blend
from beholder.scorers.interface import Floats, Mask


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
        float32 sparse (n_items, n_items). What looks and reads alike.
    """

    items: pa.Table
    blend: Blend
    popularity: Floats
    known: Mask
    similar: sp.csr_array
    content: ContentSpace
    choice: Choice
    evaluation: dict[str, Any]

    @cached_property
    def groups(self) -> Groups:
        """Which items are variants of one product."""
        texts = self.items["attributes"].to_pylist()
        return groups_of([msgspec.json.decode(text or "{}") for text in texts])


def save(parts: Parts, folder: Path) -> None:
    """Write all parts into an empty folder."""
    for name in ("scorers/blend", "similar", "vectors"):
        (folder / name).mkdir(parents=True)
    with pa.ipc.new_file(folder / "items.arrow", parts.items.schema) as writer:
        writer.write_table(parts.items)
    parts.blend.save(folder / "scorers/blend")
    arrays = {"popularity": parts.popularity, "known": parts.known}
    tensors.save(folder / "popularity.safetensors", arrays)
    rows.save(parts.similar, folder / "similar/rows.safetensors")
    for order, (name, space) in enumerate(parts.content.pictures.items()):
        arrays = {
            "mean": space.whitening.mean,
            "components": space.whitening.components,
            **save_index(space.index),
        }
        header = {"encoder": name, "order": str(order)}
        tensors.save(folder / f"vectors/pictures-{order}.safetensors", arrays, header)
    if parts.content.words is not None:
        rows.save(parts.content.words.vectors, folder / "vectors/words.safetensors")
        tensors.save(folder / "vectors/idf.safetensors", {"idf": parts.content.words.tfidf.idf})
        terms = json.dumps(parts.content.words.tfidf.vocabulary, ensure_ascii=False)
        (folder / "vectors/terms.json").write_text(terms, encoding="utf-8")
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
    return Parts(
        items=items,
        blend=Blend.load(folder / "scorers/blend"),
        popularity=arrays["popularity"],
        known=arrays["known"],
        similar=rows.load(folder / "similar/rows.safetensors"),
        content=_load_content(folder / "vectors"),
        choice=msgspec.json.decode((folder / "choice.json").read_bytes(), type=Choice),
        evaluation=msgspec.json.decode((folder / "evaluation.json").read_bytes()),
    )


def _load_content(folder: Path) -> ContentSpace:
    found = []
    for path in folder.glob("pictures-*.safetensors"):
        arrays, header = tensors.load(path)
        whitening = Whitening(arrays["mean"], arrays["components"])
        space = PictureSpace(whitening, load_index(arrays))
        found.append((int(header["order"]), header["encoder"], space))
    words = None
    if (folder / "terms.json").exists():
        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        idf = tensors.load(folder / "idf.safetensors")[0]["idf"]
        words = WordSpace(TfIdf(terms, idf), rows.load(folder / "words.safetensors"))
    ordered = sorted(found, key=lambda part: part[0])
    return ContentSpace({name: space for _, name, space in ordered}, words)
