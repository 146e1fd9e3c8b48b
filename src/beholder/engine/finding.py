"""What is found without a history: items that are alike, and items that words or pictures name."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import NamedTuple

import numpy as np

from beholder.engine.alike import with_all
from beholder.engine.answer import Answer, Reason
from beholder.engine.looks import alike, looks_of
from beholder.engine.nothing import why_not_found
from beholder.engine.overlay import Overlay
from beholder.engine.showing import show
from beholder.engine.variants import one_each, others, without_products_of
from beholder.engine.wording import word_scores, words_matched
from beholder.index.best import best
from beholder.scorers.interface import Floats, Mask, Positions, Query
from beholder.scorers.item_item import ItemItem
from beholder.spaces.word_index import words_of
from beholder.store.ids import answer_id
from beholder.telling import is_code

EQUAL = 1e-6  # of what items say: what is less is rounding
NEAREST = 50


class Found(NamedTuple):
    """Items that were found, best first, with scores above 0.

    Attributes
    ----------
    total
        How many there are, beyond these; None: not counted.
    """

    positions: Positions
    scores: Floats
    total: int | None = None

    def after(self, place: int) -> Found:
        """Return those from a place on."""
        return Found(self.positions[place:], self.scores[place:], self.total)


def similar_to(view: Overlay, place: int, k: int, allowed: Mask, *, one: bool = False) -> Found:
    """Return what looks and reads like an item, and what people like together with it.

    Parameters
    ----------
    one
        Whether one of each product, and none of the item's own.
    """
    scores = with_all(view, place)
    if view.touched(place):  # of others, what is liked together is only guessed from content
        together = _row(view.blend.item_item, place)
        scores = np.float32(0.5) * (scores + together / max(float(together.max()), 1e-12))
    if one:
        allowed = without_products_of(view, np.array([place]), allowed & (scores > 0))
        allowed = one_each(view, scores, allowed)
    return listed(view, scores, k, allowed, without=place)


def scores_of(view: Overlay, words: str | None, vectors: Mapping[str, Floats]) -> Floats:
    """Return how well each item answers words, or a picture, or both, float32 (n,); 0: not at all.

    Without either all do, the popular best.

    Parameters
    ----------
    vectors
        Raw vectors of the picture by encoder; none without one.
    """
    looks = looks_of(view.content, vectors)
    if not words or not words.strip():
        return alike(view.content, looks) if vectors else _by_popularity(view)
    scores = word_scores(view, words)
    if looks:
        scores += np.maximum(alike(view.content, looks), 0)
    return scores


def _by_popularity(view: Overlay) -> Floats:
    scores: Floats = (np.float32(1) + view.popularity) / np.float32(2)
    return scores


def listed(
    view: Overlay, scores: Floats, k: int, allowed: Mask, without: int | None = None
) -> Found:
    """Return the best allowed positions above 0, their scores, and how many there are."""
    able = allowed & (scores > 0)
    if without is not None:
        able[without] = False
    return ordered(view, scores, k, able)


def ordered(view: Overlay, scores: Floats, k: int, allowed: Mask) -> Found:
    """Return the best allowed positions, their scores, and how many there are."""
    chosen = best(scores, k, view.ties, allowed)
    return Found(chosen, scores[chosen], int(np.count_nonzero(allowed)))


def called(view: Overlay, code: str) -> str | None:
    """Return the id of an item that has a code, such as an SKU, as an attribute.

    It is looked for among the `NEAREST` that answer best to it as words.
    """
    scores = word_scores(view, code)
    asked = words_of(code)
    for place in best(scores, NEAREST, view.ties, view.shown & (scores > 0)).tolist():
        card = view.cards[place]
        own = [value for name, value in card.attributes.items() if is_code(name)]
        values = chain.from_iterable(each if isinstance(each, list) else [each] for each in own)
        if any(words_of(str(each)) == asked for each in values):
            return card.id
    return None


def saying_more(view: Overlay, words: str, found: Mask, among: Mask) -> Mask:
    """Return which of some items say more of the words than all that are found, bool (n,)."""
    matched = words_matched(view, words)
    best = float(matched[found].max(initial=0))
    more: Mask = among & (matched > best + EQUAL)
    return more


def as_answer(
    view: Overlay,
    found: Found,
    able: Mask,
    wanted: Mask,
    place: int = 0,
    *,
    one: bool = False,
    asked: str = "the filter",
) -> Answer:
    """Return what was found as it is shown, from a place on; for the rest see `why_not_found`.

    Parameters
    ----------
    one
        Whether an item stands for its product.
    """
    page = found.after(place)
    reason = Reason("similar")
    items = tuple(
        show(view.cards[position], score, reason)
        for position, score in zip(page.positions.tolist(), page.scores.tolist(), strict=True)
    )
    note = None if len(found.positions) else why_not_found(view, able, wanted, asked)
    name = answer_id()
    return Answer(
        name,
        view.bundle,
        "similar",
        items,
        place=place,
        note=note,
        total=found.total,
        variants=others(view, page.positions, able) if one else None,
    )


def _row(scorer: ItemItem, place: int) -> Floats:
    """Return what one item says of all."""
    one, bounds = np.array([place], np.int32), np.array([0, 1], np.int64)
    row: Floats = scorer.scores(Query(one, np.ones(1, np.float32), bounds))[0]
    return row
