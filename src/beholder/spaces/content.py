"""Raw content to spaces, and spaces to a folder: a row of a table for each kind of space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from beholder.errors import ShapeError
from beholder.spaces.interface import Mask, Raw, Space
from beholder.spaces.modality import Modality
from beholder.spaces.number_space import NumberSpace
from beholder.spaces.vector_space import VectorSpace
from beholder.spaces.word_space import WordSpace

KINDS: dict[str, type[Space]] = {space.kind: space for space in (VectorSpace, WordSpace)}
FILE = "space.json"
NUMBER = "=number-"  # no modality has a folder with such a letter


class Named(msgspec.Struct):
    """What `space.json` says: the name of the modality, and the kind of its space."""

    modality: str
    kind: str


def fit_spaces(content: Mapping[str, Raw], fitted: Mask, seed: int = 0) -> dict[str, Space]:
    """Learn a space from each modality, in their order.

    Parameters
    ----------
    content
        Vectors or texts of all items. A modality that no fitted item has is left out: nothing
        could be learned of it.
    fitted
        bool (n,). The items that statistics may be learned from.

    Raises
    ------
    ShapeError
        If a modality is of another number of items.
    """
    spaces: dict[str, Space] = {}
    for name, raw in content.items():
        n = raw.n_items if isinstance(raw, Modality) else len(raw)
        if n != len(fitted):
            raise ShapeError(f"{name} is of {n} items, but there are {len(fitted)}")
        space = _fit(raw, fitted, seed)
        if (space.present & fitted).any():
            spaces[name] = space
    return spaces


def _fit(raw: Raw, fitted: Mask, seed: int) -> Space:
    if isinstance(raw, Modality):
        return VectorSpace.fit(raw, fitted, seed)
    return WordSpace.fit(raw, fitted)


def save_spaces(spaces: Mapping[str, Space], folder: Path) -> None:
    """Write each space into a folder of its own, named like its modality."""
    for name, space in spaces.items():
        own = folder / plain(name, list(spaces))
        own.mkdir(parents=True)
        space.save(own)
        (own / FILE).write_bytes(msgspec.json.encode(Named(name, space.kind)))


def load_spaces(folder: Path, order: Sequence[str]) -> dict[str, Space]:
    """Open what `save_spaces` wrote, modalities in this order."""
    spaces = {}
    for name in order:
        own = folder / plain(name, order)
        named = msgspec.json.decode((own / FILE).read_bytes(), type=Named)
        spaces[name] = KINDS[named.kind].load(own)
    return spaces


def fit_numbers(numbers: Mapping[str, Modality], fitted: Mask) -> dict[str, NumberSpace]:
    """Learn from each number what is near; those of which nothing can be learned are left out."""
    spaces = {name: NumberSpace.fit(raw, fitted) for name, raw in numbers.items()}
    return {name: space for name, space in spaces.items() if space.spread > 0}


def save_numbers(spaces: Mapping[str, NumberSpace], folder: Path) -> None:
    """Write the numbers into folders that are numbered in their order."""
    for number, space in enumerate(spaces.values()):
        own = folder / f"{NUMBER}{number}"
        own.mkdir(parents=True)
        space.save(own)


def load_numbers(folder: Path, order: Sequence[str]) -> dict[str, NumberSpace]:
    """Open what `save_numbers` wrote, by name in this order."""
    return {
        name: NumberSpace.load(folder / f"{NUMBER}{number}") for number, name in enumerate(order)
    }


def plain(name: str, names: Sequence[str]) -> str:
    """Return a name that a folder may have; no two of `names` get the same."""

    def cleaned(text: str) -> str:
        return "".join(c if c.isalnum() or c in "-._" else "_" for c in text)

    alike = [other for other in names if cleaned(other).lower() == cleaned(name).lower()]
    return cleaned(name) if len(alike) == 1 else f"{cleaned(name)}-{alike.index(name)}"
