"""What travels through the stages of an answer, as arrays; nothing is shown yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from beholder.behaviour.history import History
from beholder.engine.answer import Level
from beholder.engine.overlay import Overlay
from beholder.scorers.blend import Reading
from beholder.scorers.interface import Floats, Mask, Positions, Query


class Known(NamedTuple):
    """A history, and what it means to the blend of an overlay."""

    history: History
    query: Query


class Request(NamedTuple):
    """A question.

    Attributes
    ----------
    k, offset
        How many places are wanted, after how many.
    allowed
        bool (n_items,). What may be in the answer.
    reading
        The rows of the history, read once.
    """

    known: Known
    level: Level
    k: int
    offset: int
    allowed: Mask
    reading: Reading

    @property
    def needed(self) -> int:
        """Places up to the last one wanted, and one that tells whether there is a next page."""
        return self.offset + self.k + 1


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
    adjustments
        What is in the scores besides the blend's own: base, shares and these sum to the score.
    rest
        Nothing that was left out scores more; -inf: nothing was left out.
    """

    positions: Positions
    scores: Floats
    adjustments: tuple[Adjustment, ...]
    rest: float

    def ordered(self, order: Positions) -> Slate:
        """Return the candidates in another order, or some of them, int (k,)."""
        adjustments = tuple(Adjustment(one.name, one.values[order]) for one in self.adjustments)
        return Slate(self.positions[order], self.scores[order], adjustments, self.rest)


Stage = Callable[[Request, Overlay, Slate], Slate]
