"""Items that came after the bundle: taken in by their content, as its own cold items were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from beholder.bundle.parts import Parts
from beholder.dataset.content import ContentSpace, PictureSpace, WordSpace
from beholder.dataset.new_items import cosines_of, weighed
from beholder.index import index_over
from beholder.scorers import rows
from beholder.scorers.blend import Blend
from beholder.scorers.interface import Cosines, Floats, Mask, NewItems, Places, Positions
from beholder.scorers.item_item import ItemItem, Layer

KEPT = 200


@dataclass(frozen=True)
class Arrived:
    """What is known of items without a place in the bundle, in the order in which they get one.

    Attributes
    ----------
    groups
        int32 (m,). Which of them are variants of which product.
    raw
        float32 (m, dim) by encoder; zero rows where there is no picture.
    """

    texts: list[str]
    groups: Positions
    raw: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, start: int, stop: int) -> Arrived:
        """Return some that follow each other."""
        span = slice(start, stop)
        raw = {name: vectors[span] for name, vectors in self.raw.items()}
        return Arrived(self.texts[span], self.groups[span], raw)

    def take(self, mask: Mask) -> Arrived:
        """Return those where the mask holds, bool (m,)."""
        texts = [text for text, there in zip(self.texts, mask.tolist(), strict=True) if there]
        raw = {name: vectors[mask] for name, vectors in self.raw.items()}
        return Arrived(texts, self.groups[mask], raw)

    def plus(self, more: Arrived) -> Arrived:
        """Return these, and others after them."""
        raw = {
            name: np.concatenate([_rows_of(self, name, more), _rows_of(more, name, self)])
            for name in {**self.raw, **more.raw}
        }
        groups = np.concatenate([self.groups, more.groups])
        return Arrived(self.texts + more.texts, groups, raw)

    def with_others(self, places: Positions, others: Arrived) -> Arrived:
        """Return these with others in some places, int (k,)."""
        order = np.arange(len(self))
        order[places] = len(self) + np.arange(len(others))
        both = self.plus(others)
        raw = {name: vectors[order] for name, vectors in both.raw.items()}
        return Arrived([both.texts[i] for i in order.tolist()], both.groups[order], raw)


def _rows_of(some: Arrived, name: str, others: Arrived) -> Floats:
    """Return their vectors of an encoder, zero rows where only the others have it."""
    if name in some.raw:
        return some.raw[name]
    return np.zeros((len(some), others.raw[name].shape[1]), np.float32)


class Grown(NamedTuple):
    """What is asked over all items that there are."""

    blend: Blend
    similar: ItemItem
    content: ContentSpace

    @property
    def n_items(self) -> int:
        """Number of positions."""
        return self.blend.n_items


def ungrown(parts: Parts) -> Grown:
    """Return the bundle as it is."""
    return Grown(parts.blend, ItemItem(parts.similar), parts.content)


def grow(parts: Parts, before: Grown, arrived: Arrived) -> Grown:
    """Lay a layer of new items over what there is; nothing of a bundle's size is copied for it.

    Parameters
    ----------
    before
        The bundle, maybe with a layer of items that came earlier.
    """
    if not len(arrived):
        return before
    content = _content(before.content, arrived)
    m = len(arrived)
    among = _cosines(content, before.n_items, m)  # with the bundle's, and those since
    n = parts.blend.n_items
    own = {name: partial(_first, one, n) for name, one in among.items()}
    likeness = parts.choice.likeness
    new = NewItems(
        np.arange(before.n_items, before.n_items + m),
        own,
        weighed(own, likeness, n),
        (arrived.groups, parts.groups.of_items),
        np.asarray(parts.known),
    )
    total = np.float32(max(sum(likeness.values()), 1e-12))
    alike = weighed(among, likeness, before.n_items + m)
    return Grown(before.blend.grown(new), _similar(before.similar, alike, m, total), content)


def repainted(parts: Parts, before: Grown, places: Positions, read: Arrived) -> Grown:
    """Return the bundle with items compared by other words and pictures.

    Behaviour keeps what it says of them; those without any are scored by their content anew.
    The matrices are copied, which is rare: a price or a stock is no content.
    """
    content = _content_with(before.content, places, read)
    positions = places.astype(np.int64)
    n, likeness = before.n_items, parts.choice.likeness
    among = {name: partial(_of_these, one, positions) for name, one in cosines_of(content).items()}
    similar = weighed(among, likeness, n)
    dense = similar(np.arange(len(places))) / np.float32(max(sum(likeness.values()), 1e-12))
    dense[np.arange(len(places)), positions] = 0
    near = rows.cut(dense, KEPT)
    gone = np.zeros(n, bool)
    gone[positions] = True
    own = rows.spread_rows(near, positions, n)
    stays = sp.diags_array((~gone).astype(np.float32))
    others = stays @ rows.without_columns(before.similar.rows, gone)
    alike = ItemItem(sp.csr_array(others + own + stays @ own.T, dtype=np.float32))
    cold = np.flatnonzero(~np.asarray(parts.known)[positions])
    blend = before.blend
    if len(cold):
        own = {name: partial(_of_these, one, cold) for name, one in among.items()}
        groups = parts.groups.of_items
        new = NewItems(
            positions[cold],
            own,
            weighed(own, likeness, n),
            (groups[positions[cold]], groups),
            np.asarray(parts.known),
        )
        blend = blend.grown(new)
    return Grown(blend, alike, content)


def _similar(before: ItemItem, alike: Cosines, m: int, total: np.float32) -> ItemItem:
    """Compare new items with all there are, and with each other."""
    n = before.n_items
    blocks = []
    for start in range(0, m, 64):
        block = np.arange(start, min(start + 64, m))
        dense = alike(block) / total
        dense[np.arange(len(block)), n + block] = 0
        blocks.append(rows.cut(dense, KEPT))
    near = sp.csr_array(sp.vstack(blocks, format="csr"))
    columns = rows.cut(sp.csr_array(near[:, :n].T), KEPT)
    layer = Layer(columns, near, sp.csr_array((m, before.rows.shape[0]), dtype=np.float32))
    return ItemItem(before.rows, layers=(*before.layers, layer))


def _content(before: ContentSpace, arrived: Arrived) -> ContentSpace:
    spaces = {}
    for name, space in before.pictures.items():
        added = np.zeros((len(arrived), space.vectors.shape[1]), np.float32)
        raw = arrived.raw.get(name)
        if raw is not None:
            there = raw.any(axis=1)
            added[there] = space.whitening(raw[there])
        spaces[name] = PictureSpace(space.whitening, space.index.add(added))
    words = before.words
    if words is not None:
        read = words.tfidf(arrived.texts)
        both = sp.csr_array(sp.vstack([words.vectors, read], format="csr"))
        words = WordSpace(words.tfidf, both)
    return ContentSpace(spaces, words)


def _content_with(before: ContentSpace, places: Positions, read: Arrived) -> ContentSpace:
    """Return the content with other vectors in some places."""
    spaces = {}
    for name, space in before.pictures.items():
        vectors = space.vectors.copy()
        vectors[places] = 0
        raw = read.raw.get(name)
        if raw is not None:
            there = raw.any(axis=1)
            vectors[places[there]] = space.whitening(raw[there])
        spaces[name] = PictureSpace(space.whitening, index_over(vectors))
    words = before.words
    if words is not None:
        order = np.arange(words.vectors.shape[0])
        order[places] = len(order) + np.arange(len(places))
        both = sp.csr_array(sp.vstack([words.vectors, words.tfidf(read.texts)], format="csr"))
        words = WordSpace(words.tfidf, sp.csr_array(both[order]))
    return ContentSpace(spaces, words)


def _cosines(content: ContentSpace, n: int, m: int) -> dict[str, Cosines]:
    """Return how the last m items are compared with all n + m, by modality."""
    found: dict[str, Cosines] = {
        name: partial(_of_pictures, space.vectors, n) for name, space in content.pictures.items()
    }
    if content.words is not None:
        found["words"] = partial(_of_words, content.words, n)
    return found


def _of_these(cosines: Cosines, positions: Places, block: Places) -> Floats:
    return cosines(positions[block])


def _of_pictures(vectors: Floats, n: int, block: Places) -> Floats:
    found: Floats = np.maximum(vectors[n + block] @ vectors.T, 0)
    return found


def _of_words(words: WordSpace, n: int, block: Places) -> Floats:
    return words.compared(sp.csr_array(words.vectors[n + block]))


def _first(cosines: Cosines, n: int, block: Places) -> Floats:
    return cosines(block)[:, :n]
