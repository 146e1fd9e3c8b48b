"""The stages of an answer after retrieval, in order; each can be left out and measured.

The ranker comes first: it learned from lists as the blend gives them, and would undo a dislike or
a boost that came before it. dislikes and lifts lower and raise scores by a name; the ranker,
diversity, caps and pins put the slate in another order, and say what each item gained or lost.
"""

from __future__ import annotations

from beholder.engine.dislikes import dislikes
from beholder.engine.diversity import diversity
from beholder.engine.lifts import lifts
from beholder.engine.limits import caps, pins
from beholder.engine.rank import rank
from beholder.engine.slate import Stage

STAGES: tuple[Stage, ...] = (rank, dislikes, lifts, diversity, caps, pins)
UNRANKED = tuple(stage for stage in STAGES if stage is not rank)
