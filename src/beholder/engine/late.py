"""Items that came after the bundle: scored from their content, on the same scale as cold ones."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.bundle.parts import Parts
from beholder.dataset.content import ContentSpace, PictureSpace, WordSpace
from beholder.models import rows
from beholder.models.blend import Blend, late_history_rows
from beholder.models.interface import Content, Floats
from beholder.models.itemitem import neighbour_mix
from beholder.models.placement import neighbours

KEPT = 200


class Grown(NamedTuple):
    """Blend, similarity rows and content over bundle and late items."""

    blend: Blend
    similar: sp.csr_array
    content: ContentSpace


def similarity(
    parts: Parts, pictures: dict[str, Floats], texts: list[str]
) -> tuple[dict[str, Floats], Floats | None]:
    """Return cosines of late items with all bundle items, by encoder, and by words.

    Parameters
    ----------
    pictures
        Raw vectors by encoder, float32 (n, dim); zero rows where there is no picture.
    texts
        One text an item.
    """
    seen = {}
    for name, space in parts.content.pictures.items():
        raw = pictures.get(name)
        if raw is not None:
            cosines = space.similar(raw)
            cosines[~raw.any(axis=1)] = 0
            seen[name] = cosines
    read = parts.content.words.similar(texts) if parts.content.words is not None else None
    return seen, read


def grow(
    parts: Parts,
    pictures: dict[str, Floats],
    texts: list[str],
    known: NDArray[np.bool_],
    variants: sp.csr_array,
) -> Grown:
    """Return a bundle's parts with late items after the last position.

    Parameters
    ----------
    known
        bool (n_items,). Bundle items with behaviour: the ones late items are placed among.
    variants
        bool sparse (n_late, n_items). Bundle items that are the same product.
    """
    seen, read = similarity(parts, pictures, texts)
    main = next(iter(seen.values()), np.zeros((len(texts), len(known)), np.float32))
    words = read if read is not None else np.zeros_like(main)
    alike = main + words
    pictured, worded, power = (
        _setting(parts, "placement", name, usual)
        for name, usual in (("pictures", 1.0), ("words", 1.0), ("power", 3.0))
    )
    content = neighbours(np.float32(pictured) * main + np.float32(worded) * words, known, power)
    columns = _cold_columns(parts, seen, read, variants, content)
    blend = parts.blend
    below = late_history_rows(blend, content)
    corner = sp.csr_array(neighbour_mix(content, blend.n_items) @ columns)
    corner.setdiag(0)
    grown = sp.csr_array(
        sp.block_array(
            [[blend.rows, columns], [rows.cut_apart(below, ~known, KEPT, KEPT), corner]],
            format="csr",
        )
    )
    grown.sort_indices()
    base = np.pad(blend.base, (0, len(texts)))
    modalities = max(1, bool(seen) + (read is not None))
    near = rows.cut(np.asarray(alike) / np.float32(modalities), KEPT)
    beside = sp.csr_array((len(texts), len(texts)), dtype=np.float32)
    similar = sp.csr_array(
        sp.block_array([[parts.similar, sp.csr_array(near.T)], [near, beside]], format="csr")
    )
    return Grown(replace(blend, rows=grown, base=base), similar, _content(parts, pictures, texts))


def _content(parts: Parts, pictures: dict[str, Floats], texts: list[str]) -> ContentSpace:
    spaces = {}
    for name, space in parts.content.pictures.items():
        added = np.zeros((len(texts), space.vectors.shape[1]), np.float32)
        raw = pictures.get(name)
        if raw is not None:
            there = raw.any(axis=1)
            added[there] = space.whitening(raw[there])
        spaces[name] = PictureSpace(space.whitening, space.index.add(added))
    words = parts.content.words
    if words is not None:
        both = sp.csr_array(sp.vstack([words.vectors, words.tfidf(texts)], format="csr"))
        words = WordSpace(words.tfidf, both)
    return ContentSpace(spaces, words)


def _cold_columns(
    parts: Parts,
    seen: dict[str, Floats],
    read: Floats | None,
    variants: sp.csr_array,
    content: Content,
) -> sp.csr_array:
    """Return float32 sparse (n_items, n_late): what each history item says of late items."""
    weights = parts.choice.weights
    n_late, n_items = len(content.neighbours), parts.blend.n_items

    def share(name: str) -> float:
        return weights.cold.get(name, 0.0) / max(weights.scale.get(name, 0.0), 1e-12)

    dense = np.zeros((n_late, n_items), np.float32)
    for order, cosines in enumerate(seen.values()):
        name = "visual-knn" if order == 0 else "colour"
        dense += np.float32(share(name)) * cosines ** _setting(parts, name, "power", 3.0)
    if read is not None:
        dense += np.float32(share("words")) * read ** _setting(parts, "words", "power", 2.0)
    if variants.nnz and share("variants"):  # of a variant that nobody touched it says 1
        dense += np.float32(share("variants")) * variants.todense()
    near = rows.cut(dense, max(KEPT, 500))
    mix = neighbour_mix(content, n_items)
    placed = sp.csr_array(parts.placement @ mix.T) * np.float32(share("placement"))
    return sp.csr_array(sp.csr_array(near.T) + placed)


def _setting(parts: Parts, model: str, name: str, usual: float) -> float:
    """Return a setting that a member was fitted with, so that late items are scored alike."""
    for row in parts.choice.table:
        if row["model"] == model:
            return float(row["settings"].get(name, usual))
    return usual
