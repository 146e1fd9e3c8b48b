"""The stages of an answer after retrieval, in order; each can be left out and measured.

dislikes and lifts lower and raise scores by a name; diversity, caps and pins put the slate in
another order, and say what each item gained or lost by it. A learned order would stand between
lifts and diversity: what it adds to the scores is an adjustment as well.
"""

from __future__ import annotations

from beholder.engine.dislikes import dislikes
from beholder.engine.diversity import diversity
from beholder.engine.lifts import lifts
from beholder.engine.limits import caps, pins
from beholder.engine.slate import Stage

STAGES: tuple[Stage, ...] = (dislikes, lifts, diversity, caps, pins)
