"""The answer of a server with too much to do: what is popular, but for what somebody had.

It takes a tenth of a whole answer, since what all have in common is written down before. What is
hidden, banned or sold out is not in it, nor what the person did anything with: a no stays a no.
Pins and caps are those of a list for nobody, from which that is taken out, and with it all variants
of the same products where one of each is asked for.
"""

from __future__ import annotations

import weakref
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import EMPTY
from beholder.engine.overlay import Overlay
from beholder.engine.people import known_of
from beholder.engine.pipeline import Pipeline
from beholder.engine.question import Wanted
from beholder.engine.showing import Answered, as_json
from beholder.engine.variants import others, products
from beholder.rules.fit import Fitted
from beholder.store.ids import answer_id

MOST = 400  # places; who had nearly all of them is answered as ever

TAIL = (
    b'],"next":null,"place":0,"unknown":null,"note":null,"degraded":"popular","total":null,'
    b'"variants":%b}'
)


class Simple(NamedTuple):
    """What is popular in one view, written down.

    Attributes
    ----------
    view, rules
        Of which it holds.
    positions
        Best first.
    items
        JSON of each.
    products
        int64 (n,). Variants of one product share a number.
    others
        Id, and how many other variants may be shown, by position, where there are some.
    """

    view: weakref.ref[Overlay]
    rules: Fitted
    positions: list[int]
    items: list[bytes]
    products: NDArray[np.int64]
    others: dict[int, tuple[str, int]]


class _Written(msgspec.Struct):
    items: list[msgspec.Raw]


class Simply:
    """Gives simple answers from what it wrote down last, as long as view and rules are those."""

    def __init__(self) -> None:
        self._made: Simple | None = None

    def __call__(
        self, view: Overlay, pipeline: Pipeline, away: set[int], k: int, *, one: bool
    ) -> bytes | None:
        """Return the JSON of an answer; see `simple_json`."""
        rules, made = pipeline.rules.fitted(view), self._made
        if made is None or made.view() is not view or made.rules is not rules:
            made = self._made = _simple_of(view, pipeline, rules)
        return simple_json(made, view.bundle, away, k, one=one)


def _simple_of(view: Overlay, pipeline: Pipeline, rules: Fitted) -> Simple:
    """Write down an answer that is nobody's."""
    most = min(MOST, int(view.shown.sum()))
    wanted = Wanted(most, view.shown, pipeline.dial)
    ranked = pipeline(view, known_of(view, EMPTY), "popular", wanted)
    body = as_json(Answered(view, ranked, "", view.bundle, None))
    items = [bytes(item) for item in msgspec.json.decode(body, type=_Written).items]
    more = others(view, ranked.positions, pipeline.rules.open(view))
    positions = ranked.positions.tolist()
    named = {at: (name, more[name]) for at in positions if (name := view.cards[at].id) in more}
    return Simple(weakref.ref(view), rules, positions, items, products(view), named)


def simple_json(
    simple: Simple, bundle: str, away: set[int], k: int, *, one: bool = False
) -> bytes | None:
    """Return the JSON of an answer; None: there is too little for it.

    Parameters
    ----------
    away
        Positions that the person did something with, or has on the page, -1 among them.
    one
        Whether one of each product, and none of these.
    """
    taken = {int(simple.products[at]) for at in away if at >= 0} if one else away
    chosen, shown = [], []
    for at, item in zip(simple.positions, simple.items, strict=True):
        own = int(simple.products[at]) if one else at
        if own in taken:
            continue
        if one:
            taken.add(own)
        chosen.append(item)
        shown.append(at)
        if len(chosen) == k:
            break
    else:
        return None
    head = b'{"answer":"%b","bundle":%b,"level":"popular","items":[' % (
        answer_id().encode(),
        msgspec.json.encode(bundle),
    )
    more = dict(simple.others[at] for at in shown if at in simple.others) if one else None
    return head + b",".join(chosen) + TAIL % msgspec.json.encode(more)
