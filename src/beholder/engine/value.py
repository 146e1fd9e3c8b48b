"""The first hundred candidates by what they are worth: what may follow, and what that counts.

    value(j) = sum over outcomes t of w_t p_t(j)

p_t is what the heads of the bundle say; w_t is the setting `serve.value`. Where the bundle lacks a
head that counts nothing is put in this order: half a wish is another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.rank import rank
from beholder.engine.slate import Request, Slate, Stage
from beholder.scorers.heads import Heads
from beholder.scorers.interface import Floats, Positions
from beholder.scorers.ranker import AMONG
from beholder.settings import Outcome

NAME = "value"


@dataclass(frozen=True)
class ByValue:
    """A stage: it takes the place of the ranker, which serves where it cannot.

    Attributes
    ----------
    worth
        What each outcome counts, above 0, by its name.
    ranker
        Whether the ranker puts in order what this does not.
    """

    worth: tuple[tuple[str, float], ...]
    ranker: bool = True

    def __call__(self, request: Request, view: Overlay, slate: Slate) -> Slate:
        """Put the first hundred in another order; who has no history has none to read."""
        heads, n = view.parts.heads, min(AMONG, len(slate.positions))
        if heads is None or missing(self.worth, heads):
            return rank(request, view, slate) if self.ranker else slate
        told = predicted(request, view, slate.positions[:n])
        if told is None or n < 2:
            return slate
        counts = dict(self.worth)
        weights = np.array([counts.get(task, 0.0) for task in heads.tasks], np.float32)
        order = np.argsort(-(told @ weights), kind="stable")
        if (order[1:] > order[:-1]).all():
            return slate
        behind = np.arange(n, len(slate.positions))
        return slate.permuted(NAME, np.concatenate([order, behind]).astype(np.int32))


def by_value(settings: Mapping[Outcome, float], ranker: bool) -> ByValue | None:
    """Return the stage that the settings ask for; None: nothing counts."""
    worth = tuple((task, float(counts)) for task, counts in settings.items() if counts > 0)
    return ByValue(worth, ranker) if worth else None


def missing(worth: tuple[tuple[str, float], ...], heads: Heads | None) -> list[str]:
    """Return the outcomes that count and that a bundle does not foresee."""
    tasks = () if heads is None else heads.tasks
    return [task for task, _ in worth if task not in tasks]


def not_foreseen(stage: Stage | None, view: Overlay) -> tuple[str, ...]:
    """Return what a stage counts and the bundle does not foresee, in a sentence; or nothing."""
    lost = missing(stage.worth, view.parts.heads) if isinstance(stage, ByValue) else []
    if not lost:
        return ()
    told = view.parts.choice.outcomes
    heads = () if told is None else told.heads
    why = "; ".join(head.why for head in heads if head.task in lost)
    why = why or ("it was trained without any" if told is None else told.why)
    named = ", ".join(lost)
    return (f"serve.value counts {named}, which this bundle does not foresee: {why}",)


def predicted(request: Request, view: Overlay, positions: Positions) -> Floats | None:
    """Return what the heads say of some items, (k, tasks); None: without heads, or a history."""
    heads, sight = view.parts.heads, view.foresight
    if heads is None or sight is None or request.known.stranger:
        return None
    told = request.known.history.within(view.blend.n_items)
    return heads(sight, told, positions)
