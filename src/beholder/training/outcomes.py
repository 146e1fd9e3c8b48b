"""What follows where an item is seen, learned from what was shown: heads, or why there are none.

It is the last thing that training does, and never in a first bundle.
"""

from __future__ import annotations

from functools import partial
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from beholder.blending.multitask import (
    Learned,
    Learner,
    Recipe,
    Told,
    begun,
    learn,
    usual_of,
    weights_of,
)
from beholder.blending.reading import directions_of, liked_of, reads_of
from beholder.bundle.choice import Outcomes
from beholder.dataset.build import Built
from beholder.dataset.dataset import Dataset
from beholder.dataset.outcomes import (
    BLOCK,
    Examples,
    LikedBefore,
    examples_of,
    histories_before,
)
from beholder.progress import SILENT, Progress
from beholder.scorers.features import NEWEST, Reads, sight_of
from beholder.scorers.heads import CHANCES, Heads, Net
from beholder.scorers.interface import Floats
from beholder.scorers.outcome_features import TASKS, Sums, Then, outcome_features, records_of
from beholder.scorers.ranker import AMONG, standard
from beholder.store.rates import DAY
from beholder.store.store import Store
from beholder.training.auto import Budget
from beholder.training.outcome_gate import Parts, cut, judged, lacking
from beholder.training.plan import MARGIN
from beholder.training.refit import Fitted

STEP = "learn what follows"  # in a plan
TO_READ = 0.001  # seconds an answer, about
TO_LEARN = {"NumPy": 3e-5, "PyTorch": 1.2e-4}  # and an example
SHALLOW = Recipe()
DEEP = Recipe((128, 64), rate=1e-3, decay=0.0, batch=512)  # the loop of PyTorch has no decay
RECIPES = {"NumPy": SHALLOW, "PyTorch": DEEP}
NOTHING, STOPPED = "no outcomes are foreseen", "training was stopped"
RESERVED = 0.2  # of the budget at most
SAME = 1e-6  # a spread below this says nothing


def examples(made: Built, store: Store) -> Examples:
    """Return what can be learned from."""
    shown = store.in_sight(newest=int(made.dataset.log.times.max(initial=0)))
    seqs = made.items["seq"].to_numpy()
    return examples_of(shown, made.persons, made.dataset.log, seqs, made.lengths)


def lacks(found: Examples) -> str | None:
    """Return why nothing can be learned from examples, in words; None: something can."""
    if not len(found):
        return "nothing was in sight that could be learned from"
    missing = [lacking(found.outcomes, task) for task in range(len(TASKS))]
    if not all(missing):
        return None
    told = zip(TASKS, missing, strict=True)
    return "; ".join(f"{task}: {why}" for task, why in told)


def expected(found: Examples) -> list[str]:
    """Return what training would say of outcomes before it begins, in words."""
    lack = lacks(found)
    if lack is not None:
        return [*found.notes, f"{NOTHING}: {lack}"]
    missing = [lacking(found.outcomes, task) for task in range(len(TASKS))]
    tasks = ", ".join(task for task, lack in zip(TASKS, missing, strict=True) if lack is None)
    said = f"{tasks} can be learned from {len(found)} places that were in sight"
    return [*found.notes, f"{said}, in about {_needed(found):.0f} s"]


def reserved(found: Examples, budget: float) -> float:
    """Return how much of a budget, in seconds, is kept for learning outcomes.

    Where it would be too large a part, they are learned if there is time after all.
    """
    needed = MARGIN * _needed(found) if lacks(found) is None else 0.0
    return needed if needed <= RESERVED * budget else 0.0


def learn_outcomes(
    fitted: Fitted, found: Examples, dataset: Dataset, budget: Budget, progress: Progress = SILENT
) -> None:
    """Give what was fitted heads, if some are worth having, and say why, or why not."""
    lack = lacks(found)
    if lack is None:
        lack = _late(found, fitted.plan, budget)
    heads = None
    if lack is None:
        try:
            heads, why = _learned(dataset, found, budget.seed, progress)
        except KeyboardInterrupt:
            fitted.plan[STEP] = 0
            lack = STOPPED
    if lack is not None:
        why = Outcomes(False, f"{NOTHING}: {lack}")
    fitted.heads, fitted.outcomes = heads, why
    fitted.notes += [*found.notes, why.why, *(head.why for head in why.heads)]


def _late(found: Examples, decided: dict[str, int], budget: Budget) -> str | None:
    """Decide whether there is time, and return why not, in words."""
    if decided.get("stopped"):
        return STOPPED
    assert budget.clock is not None, "training has begun"
    followed = budget.plan is not None
    able = budget.clock.left > _needed(found)
    if budget.plan is not None:
        able = bool(budget.plan.get(STEP, 0))
    decided[STEP] = int(able)
    if able:
        return None
    return "the plan that is followed has none" if followed else "it did not fit into the budget"


def _needed(found: Examples) -> float:
    each = sum(TO_LEARN[name] for name in learners(SILENT))
    return TO_READ * len(found.users) + each * len(found)


def _learned(
    dataset: Dataset, found: Examples, seed: int, progress: Progress
) -> tuple[Heads | None, Outcomes]:
    """Learn heads from the older examples; what the newest prove is learned from all."""
    reads = reads_of(dataset)
    directions = directions_of(dataset, reads, seed)
    parts = cut(found.indptr, found.times)
    if not len(found.items[parts.learn]):
        why = "what was in sight came at once: nothing was known of it when the rest was"
        return None, Outcomes(False, f"{NOTHING}: {why}")
    usual = usual_of(found.outcomes[parts.learn])
    moments = _read_at(found, parts)
    records = records_before(found, usual, moments)
    read = _read(dataset, found, reads, directions, (moments, records), progress)
    mean, spread = _mean_and_spread(read[parts.learn])
    places = _standard_places(found.places, parts.learn)
    told = Told(standard(read, mean, spread), places, found.outcomes)
    able = learners(progress)
    own, stop = told.take(parts.learn), told.take(parts.stop)
    tried = {name: each(own, stop, RECIPES[name].epochs, seed) for name, each in able.items()}
    name = min(tried, key=lambda one: tried[one].loss)
    heads = tuple(judged(tried[name].net, told, parts, found.users[found.owner]))
    kept = [place for place, one in enumerate(heads) if one.on]
    if not kept:
        return None, Outcomes(False, NOTHING, name, heads)
    net = able[name](told, None, tried[name].epoch, seed).net.only(kept)
    tasks = tuple(TASKS[place] for place in kept)
    last = _records(found, dataset.n_items, usual)
    made = Heads(reads, tasks, net, directions, liked_of(dataset), last, mean, spread)
    why = f"{', '.join(tasks)} are foreseen, by {len(found)} places that were in sight ({name})"
    return made, Outcomes(True, why, name, heads)


def learners(progress: Progress) -> dict[str, Learner]:
    """Return what learns heads here: NumPy, and a deeper network where PyTorch is installed."""
    found: dict[str, Learner] = {"NumPy": partial(learn, recipe=SHALLOW, progress=progress)}
    if find_spec("torch") is not None:
        found["PyTorch"] = partial(_deep, progress=progress)
    return found


def _deep(told: Told, stop: Told | None, epochs: int, seed: int, progress: Progress) -> Learned:
    """Learn a deeper network in the training loop; as `learn` otherwise."""
    from beholder.networks.heads import Heads as Module
    from beholder.networks.heads import HeadsTask
    from beholder.networks.loop import fit
    from beholder.networks.task import Options

    net = begun(told.z.shape[1], usual_of(told.outcomes), DEEP.hidden, seed)
    module = Module(list(zip(net.weights, net.shifts, strict=True)), net.arrays[-3:])
    weights = weights_of(told.outcomes)
    other = told.take(slice(0, 0)) if stop is None else stop
    task = HeadsTask(module, told, other, weights, CHANCES, DEEP.batch)
    options = Options(
        epochs=epochs,
        rate=DEEP.rate,
        seed=seed,
        patience=None if stop is None else DEEP.patience,
        progress=progress,
        whole=True,
        last=stop is None,
    )
    trained = fit(task, options)
    if trained.ended == "stopped":
        raise KeyboardInterrupt
    best = trained.best
    return Learned(Net.of(module.arrays()), best.measures["loss"], best.number)


def _read(
    dataset: Dataset,
    found: Examples,
    reads: Reads,
    directions: Floats,
    as_of: tuple[NDArray[np.int64], Floats],
    progress: Progress,
) -> Floats:
    """Return what is read of each example, float32 (m, features).

    Parameters
    ----------
    as_of
        int64 (m,), (m, tasks + 1). As of when each reads what is popular, one moment an answer, and
        what had followed by then.
    """
    codes, groups, log = dataset.codes, dataset.groups, dataset.log
    sight = sight_of(reads, directions, dataset.content, codes, groups, liked_of(dataset))
    (moments, records), popular = as_of, LikedBefore(log)
    liked = popular(found.items, moments)
    parts = []
    progress.start("reading what was in sight", len(found.users))
    for start in range(0, len(found.users), BLOCK):
        some = slice(start, start + BLOCK)
        told = histories_before(log, found.users[some], found.times[some])
        by_then = moments[found.indptr[:-1][some]]  # no answer is empty
        before = popular(told.items, np.repeat(by_then, told.lengths))
        for answer in range(len(told)):
            of_history = before[told.indptr[answer] : told.indptr[answer + 1]][-NEWEST:]
            begin, end = found.indptr[start + answer : start + answer + 2].tolist()
            for first in range(begin, end, AMONG):
                own = slice(first, min(first + AMONG, end))
                then = Then(liked[own], float(of_history.mean()))
                given = found.items[own], records[own], then
                parts.append(outcome_features(sight, told[answer], *given))
            progress.advance()
    progress.finish()
    return np.concatenate(parts)


def records_before(found: Examples, usual: Sums, moments: NDArray[np.int64]) -> Floats:
    """Return what was known to have followed where each item was seen before, (m, tasks + 1).

    What follows is known a day after: examples younger than that tell nothing yet.

    Parameters
    ----------
    moments
        int64 (m,). As of when each example reads it, milliseconds since 1970.
    """
    there = ~np.isnan(found.outcomes)
    seen = found.times[found.owner]
    begin = int(min(seen.min(), moments.min())) - DAY
    span = int(max(seen.max(), moments.max())) - begin + 1
    items = found.items.astype(np.int64) * span
    keys = items + (seen - begin)
    order = np.argsort(keys, kind="stable")
    first = np.searchsorted(keys[order], items)
    last = np.searchsorted(keys[order], items + (moments - DAY - begin), side="right")

    def before(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
        total = np.concatenate([np.zeros((1, numbers.shape[1])), numbers[order].cumsum(axis=0)])
        return np.asarray(total[last] - total[first])

    values = np.where(there, found.outcomes, 0).astype(np.float64)
    shown = (last - first).astype(np.float64)
    return records_of(before(values), before(there.astype(np.float64)), shown, usual)


def _read_at(found: Examples, parts: Parts) -> NDArray[np.int64]:
    """Return as of when each example reads what followed others, int64 (m,).

    Those that are measured read it as it stood when their part began: a bundle's does not change.
    """
    moments = found.times[found.owner].copy()
    for part in (parts.stop, parts.test):
        own = moments[part]
        own[:] = own.min(initial=np.iinfo(np.int64).max)
    return moments


def _records(found: Examples, n_items: int, usual: Sums) -> Floats:
    """Return what followed where each item was seen, (n_items + 1, tasks + 1)."""
    there = ~np.isnan(found.outcomes)
    sums, counts = np.zeros((2, n_items + 1, len(TASKS)))
    np.add.at(sums, found.items, np.where(there, found.outcomes, 0))
    np.add.at(counts, found.items, there)
    shown = np.bincount(found.items, minlength=n_items + 1).astype(np.float64)
    return records_of(sums, counts, shown, usual)


def _standard_places(places: Floats, learned: slice) -> Floats:
    own = places[learned]
    found: Floats = (places - own.mean()) / np.float32(max(float(own.std()), SAME))
    return found


def _mean_and_spread(read: Floats) -> tuple[Floats, Floats]:
    spread = read.std(axis=0)
    spread[spread < SAME] = np.inf  # what is always the same says nothing
    return read.mean(axis=0), spread
