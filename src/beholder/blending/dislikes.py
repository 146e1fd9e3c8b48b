"""How strongly a dislike acts on what is like it: chosen by people who had disliked something."""

from __future__ import annotations

import numpy as np

from beholder.behaviour.histories import Histories
from beholder.blending.cold import SAME
from beholder.blending.measure import Values, gains, score_blocks
from beholder.blending.validation import Validation
from beholder.dataset.new_items import Likeness
from beholder.dataset.splits import Cases
from beholder.scorers.fold import Combined
from beholder.scorers.interface import Floats, Mask
from beholder.spaces.neighbours import CROWDED, EXACT, KEPT

STRENGTHS = (0.1, 0.25, 0.5, 0.75, 1.0)  # share of its score that an exact likeness loses
USUAL = 0.5  # where nobody disliked anything
FEWEST = 50  # people with dislikes below whom chance would choose
MOST = 50  # newest dislikes that act
FEW = 600  # people asked


def choose_strength(
    held: Validation, parts: Combined, likeness: Likeness
) -> tuple[float, list[str]]:
    """Return the strongest effect that costs the next answer next to nothing, and why.

    A person who says no wants to see it; so the strongest is taken of those as good as the best,
    among known items and among new ones. What chance could explain is no excuse here: an effect
    that cost a little in each of ten data sets would cost it for certain.
    """
    alike, notes, good = _Alike(held, likeness), [], np.ones(len(STRENGTHS), bool)
    for what, cases, pool in (
        ("", held.tune, ~held.cold),
        (" among new items", held.fresh, held.cold),
    ):
        asked = np.flatnonzero(np.diff(cases.histories.disliked_indptr) > 0)[:FEW]
        if len(asked) < FEWEST:
            continue
        found = _reached(parts, cases.take(asked), pool, alike)
        reached = found.mean(axis=1)
        good &= reached[1:] >= (1 - SAME) * reached.max()
        said = ", ".join(
            f"{strength:.0%}: {value:.4f}"
            for strength, value in zip((0.0, *STRENGTHS), reached, strict=True)
        )
        notes.append(f"NDCG@10{what} by what a dislike takes from an item just like it: {said}")
    if not notes:
        few = f"fewer than {FEWEST} people with dislikes could be asked"
        return USUAL, [f"{_taken(USUAL)}, as usual: {few}"]
    chosen = max((s for s, kept in zip(STRENGTHS, good, strict=True) if kept), default=STRENGTHS[0])
    return chosen, [*notes, _taken(chosen)]


def _taken(strength: float) -> str:
    return f"a dislike takes {strength:.0%} of the score of an item just like it"


def _reached(parts: Combined, cases: Cases, pool: Mask, alike: _Alike) -> Values:
    """Return NDCG@10 of each case without an effect of dislikes, and by each strength."""
    found = np.zeros((len(STRENGTHS) + 1, len(cases)))
    for start, scores in score_blocks(parts.scores, cases, pool):
        told = cases.histories.take(np.arange(start, start + len(scores)))
        taken = np.maximum(scores, 0) * alike(told) ** 2
        for row, strength in enumerate((0.0, *STRENGTHS)):
            lowered = scores - np.float32(strength) * taken
            found[row, start : start + len(scores)] = gains(lowered, cases, start)
    return found


class _Alike:
    """The largest similarity of every item to what a person disliked, as answers read it.

    Where a bundle holds the items most like each, what is in none of these rows counts as 0,
    unless a row has no place for all that is much alike.
    """

    def __init__(self, held: Validation, likeness: Likeness) -> None:
        self.similarity = held.train.content.weighed(likeness)

    def __call__(self, told: Histories) -> Floats:
        """Return float32 (people, n_items), 0 to 1."""
        found = np.zeros((len(told), len(self.similarity)), np.float32)
        for person in range(len(told)):
            disliked = told[person].disliked[-MOST:]
            if len(disliked):
                near = self.similarity.block(disliked)
                near[np.arange(len(disliked)), disliked] = 0
                if KEPT < near.shape[1] <= EXACT:
                    least = np.partition(near, -KEPT, axis=1)[:, -KEPT, None]
                    near[(near < least) & (least < CROWDED)] = 0
                found[person] = near.max(axis=0)
        return np.maximum(found, 0)
