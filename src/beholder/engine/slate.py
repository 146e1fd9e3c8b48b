"""What travels through the stages of an answer, as arrays; nothing is shown yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import History
from beholder.engine.answer import Level, Unknown
from beholder.engine.overlay import Overlay
from beholder.engine.rerank import Dial
from beholder.index.best import in_order
from beholder.rules.fit import Fitted
from beholder.rules.pins import Pinned
from beholder.scorers.blend import Reading
from beholder.scorers.interface import Floats, Mask, Positions, Query
from beholder.store.answers import PINNED

MANY = 4096  # candidates; what is the same for all of them is not made for every answer
FROM = np.repeat(np.arange(PINNED + 1, dtype=np.uint8)[:, None], MANY, axis=1)
CERTAIN = np.ones(MANY, np.float32)
FROM.flags.writeable = CERTAIN.flags.writeable = False


class Known(NamedTuple):
    """A history, and what it means to the blend of an overlay.

    Attributes
    ----------
    until
        int64, one for each of `history.seen`: up to when it stays away, milliseconds since 1970.
        None: forever.
    unknown
        What a caller's own history named and the catalogue does not know; None: nothing.
    persons
        Row numbers of whose events it is, where it is remembered for their next question.
    """

    history: History
    query: Query
    until: NDArray[np.int64] | None = None
    unknown: Unknown | None = None
    persons: tuple[int, ...] = ()

    @property
    def did(self) -> NDArray[np.uint8]:
        """uint8. The kind of event of each of `query.items`, codes of `behaviour.kinds`."""
        told = self.history
        whole = len(told) == len(self.query.items)
        return told.kinds if whole else told.kinds[np.isin(told.items, self.query.items)]

    @property
    def stranger(self) -> bool:
        """Whether nothing is known that was liked: who only disliked something is one, too."""
        return not len(self.query.items)


class Request(NamedTuple):
    """A question.

    Attributes
    ----------
    k
        How many places are shown, on this page and those before it.
    allowed
        bool (n_items,). What may be in the answer.
    reading
        The rows of the history, read once.
    rules
        What standing rules do to this view.
    dial
        How much a page may not be alike.
    """

    known: Known
    level: Level
    k: int
    allowed: Mask
    reading: Reading
    rules: Fitted
    dial: Dial


class Adjustment(NamedTuple):
    """What one stage added to each score, float32 (k,), negative where it took away."""

    name: str
    values: Floats


class Slate(NamedTuple):
    """Candidates, best first.

    Attributes
    ----------
    positions, scores
        int32, float32 (k,).
    sources
        uint8 (k,). Why each is a candidate: codes of `store.answers.SOURCES`.
    chance
        float32 (k,). With which chance the place came to show this item.
    adjustments
        What is in the scores besides the blend's own: base, shares and these sum to the score.
    rest
        Nothing that was left out scores more; -inf: nothing was left out.
    short
        So many places could be filled only against a wish; a deeper slate may fill them.
    """

    positions: Positions
    scores: Floats
    sources: NDArray[np.uint8]
    chance: Floats
    adjustments: tuple[Adjustment, ...] = ()
    rest: float = float("-inf")
    short: int = 0

    def ordered(self, order: NDArray[np.integer[Any]]) -> Slate:
        """Return the candidates in another order, with their own scores, int (k,)."""
        adjustments = tuple(Adjustment(one.name, one.values[order]) for one in self.adjustments)
        return self._replace(
            positions=self.positions[order],
            scores=self.scores[order],
            sources=self.sources[order],
            chance=self.chance[: len(order)],
            adjustments=adjustments,
        )

    def permuted(self, name: str, order: Positions, short: int = 0) -> Slate:
        """Return the candidates in another order, place i with the i-th score of this slate.

        What a candidate gains or loses by it is an adjustment of this name.
        """
        moved = self.ordered(order)
        gained = Adjustment(name, (self.scores - moved.scores).astype(np.float32))
        return moved._replace(
            scores=self.scores,
            adjustments=(*moved.adjustments, gained),
            short=self.short + short,
        )

    def adjusted(self, name: str, values: Floats, ties: NDArray[np.uint32]) -> Slate:
        """Return the candidates with something added to their scores; see `adjusted_by`."""
        return self.adjusted_by([Adjustment(name, values)], ties)

    def adjusted_by(self, added: Sequence[Adjustment], ties: NDArray[np.uint32]) -> Slate:
        """Return the candidates with several things added to their scores, in the order of these.

        Parameters
        ----------
        added
            All of them in the order of this slate.
        ties
            uint32 (n_items,). Among equal scores the smaller comes first.
        """
        scores = self.scores
        for one in added:
            scores = scores + one.values
        adjustments = (*self.adjustments, *added)
        order = in_order(scores, self.positions, ties)
        return self._replace(scores=scores, adjustments=adjustments).ordered(order)


def slate_of(
    positions: Positions,
    scores: Floats,
    pins: Sequence[Pinned],
    source: int,
    rest: float = float("-inf"),
) -> Slate:
    """Return candidates that all come from one source, but for those that are pinned."""
    n = len(positions)
    sources = FROM[source][:n] if n <= MANY else np.full(n, source, np.uint8)
    if pins:
        sources = np.where(np.isin(positions, [pin.position for pin in pins]), PINNED, sources)
        sources = sources.astype(np.uint8)
    chance = CERTAIN[:n] if n <= MANY else np.ones(n, np.float32)
    return Slate(positions, scores, sources, chance, rest=rest)


Stage = Callable[[Request, Overlay, Slate], Slate]
