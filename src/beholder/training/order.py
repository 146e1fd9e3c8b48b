"""The last step of a training: an order of the first candidates, if there are lists and time."""

from __future__ import annotations

import time

import numpy as np

from beholder.blending.chosen import Chosen
from beholder.blending.listwise import Lists, Recipe, learn
from beholder.blending.ranking import FEWEST, FOLDS, RECIPE, Ranked, no_ranker, ranked
from beholder.blending.validation import Validation
from beholder.dataset.dataset import Dataset
from beholder.models.contract import FitOptions
from beholder.scorers.blend import Blend
from beholder.scorers.ranker import AMONG
from beholder.training.plan import MARGIN, RANKER, Plan

FOUND = 0.6  # of the people asked, whose lists hold what they liked next
TO_ASK = 0.002  # seconds to ask one of them, and to read the list
FEATURES, STEPS = 40, 4  # of the lists by which a step is timed
RUNS = 2  # the first one of a process takes longer


def expect(plan: Plan, held: Validation) -> None:
    """Tell the plan how long learning an order would take; see `seconds_to_learn`."""
    if len(held.lists) >= FEWEST and plan.script is None:
        plan.expected[RANKER] = seconds_to_learn(len(held.lists))


def seconds_to_learn(people: int) -> float:
    """Return about how long it takes to learn an order from so many, and to measure it."""
    shape = (RECIPE.batch * STEPS, AMONG)
    z = np.zeros((*shape, FEATURES), np.float32)
    some = Lists(z, np.zeros(shape, np.float32), np.full(shape, 1 / AMONG, np.float32))
    each = np.inf
    for _ in range(RUNS):
        began = time.monotonic()
        learn(some, Recipe(epochs=1), 0)
        each = min(each, (time.monotonic() - began) / STEPS)
    turns = RECIPE.epochs * FOUND * people / RECIPE.batch
    return TO_ASK * people + FOLDS * turns * each  # FOLDS - 1 in all the turns, and one on all


def order_last(
    plan: Plan,
    held: Validation,
    chosen: Chosen | None,
    dataset: Dataset,
    blend: Blend,
    options: FitOptions,
    stopped: bool,
) -> Ranked:
    """Learn an order, or say why not.

    Parameters
    ----------
    chosen
        What the blend is made by; None: it is the first one.
    stopped
        Whether Ctrl-C ended the tuning, here or in the training whose plan is followed.
    """
    asked = len(held.lists)
    if asked < FEWEST:
        return no_ranker(f"{asked} people could be asked, {FEWEST} are needed")
    if chosen is None:
        return no_ranker("the first blend is the last one")
    if chosen.parts is None:
        return no_ranker("nothing is served but popularity")
    left, needed = plan.clock.left, MARGIN * plan.cost(RANKER)
    if not plan.decide(RANKER, lambda: not stopped and left > needed):
        return no_ranker("training was stopped" if stopped else "it did not fit into the budget")
    return ranked(held, chosen.parts, dataset, blend, options)
