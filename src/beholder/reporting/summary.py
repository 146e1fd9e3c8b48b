"""The answer in plain words: is it better, for certain; what helped, what would, what it costs."""

from __future__ import annotations

import math
from typing import NamedTuple

from beholder.evaluation import knock_out
from beholder.evaluation.evaluate import Evaluation
from beholder.percent import percent
from beholder.reporting.asked import BASELINE, Asked, Contender, Interval
from beholder.reporting.cost import Cost
from beholder.reporting.figures import points, signed
from beholder.reporting.words import QUESTIONS, listed, name_of

FEW = 200  # items to choose from: below, twenty are a large part of them
UNFITTED = "did not fit into the budget"
UNREAD = f"without {knock_out.PICTURES}: {knock_out.UNREAD}"
PICTURES = knock_out.row_of(knock_out.PICTURES)
SHUFFLED = knock_out.row_of(knock_out.SHUFFLED)


class Answer(NamedTuple):
    """What is said of one question.

    Attributes
    ----------
    title
        The question in a few words.
    verdict
        `better`, `partly`, `open` or `worse`.
    sentences
        How many people find something; who is beaten; what pictures do; what more data would do.
    """

    title: str
    verdict: str
    sentences: list[str]


def answer(asked: Asked) -> Answer:
    """Return what is to be said of one question."""
    said = [_people(asked), *_same_visit(asked), *_beaten(asked), *_pictures(asked)]
    said += [*_more(asked), *_unfitted(asked)]
    return Answer(title(asked), verdict(asked), said)


def title(asked: Asked) -> str:
    """Return a question in a few words, of `time` with its day."""
    day = asked.first.since
    name = QUESTIONS[asked.protocol].title
    return name if day is None else f"{name}, {day}"


def verdict(asked: Asked) -> str:
    """Return whether the blend is better than all baselines for certain."""
    others = asked.of(BASELINE)
    if any(one.worse for one in others):
        return "worse"
    better = [one.better for one in others]
    return "better" if all(better) else "partly" if any(better) else "open"


def costs(cost: Cost) -> str:
    """Return what an answer and a bundle cost, in a sentence; empty where nothing is served."""
    if cost.bundle is None:
        return ""
    return (
        f"An answer takes {millis(cost.bundle.median)} on this machine, and what is served is "
        f"{size(cost.bundle.size)} large."
    )


def size(n: float) -> str:
    """Return bytes in words: `12 MB`."""
    for unit, large in (("GB", 1e9), ("MB", 1e6)):
        if n >= large:
            return f"{n / large:.{1 if n < 10 * large else 0}f} {unit}"
    return f"{n / 1e3:.0f} kB"


def millis(n: float) -> str:
    """Return milliseconds in words: `0.31 ms`, `12 ms`."""
    return f"{n:.0f} ms" if n >= 10 else f"{n:.2f} ms" if n < 1 else f"{n:.1f} ms"


def times(told: Interval) -> str:
    """Return a ratio with its interval: `1.24 times (1.11 to 1.37)`."""
    return f"{ratio(told.value)} times ({ratio(told.low)} to {ratio(told.high)})"


def ratio(value: float) -> str:
    """Return a ratio in two places, one above 10."""
    if value == float("inf"):
        return "∞"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _people(asked: Asked) -> str:
    others = [f"with {name_of(one.model)} {_of_hundred(one)}" for one in asked.of(BASELINE)]
    beside = f"; {listed(others)}" if others else ""
    return (
        f"Of 100 people, {_of_hundred(asked.blend)} find something that they really took among "
        f"twenty recommendations{_of_few(asked.first)}{beside}."
    )


def _of_few(run: Evaluation) -> str:
    """Say what any order would reach, where there is little to choose from."""
    if run.pool > FEW or not len(run.right) or len(run.choice) != len(run.right):
        return ""
    return f" out of {run.pool} items (in any order {100 * by_chance(run):.0f} would)"


def by_chance(run: Evaluation) -> float:
    """Return the share of people of whom something is among twenty drawn from what they may get."""
    missed = [
        math.comb(max(n - len(own), 0), 20) / max(math.comb(n, 20), 1)
        for n, own in zip(run.choice, run.right, strict=True)
    ]
    return 1 - sum(missed) / len(missed)


def _same_visit(asked: Asked) -> list[str]:
    """Say so on the first page where mostly a visit goes on that was under way."""
    run = asked.first
    if run.label == run.protocol or run.since is not None:
        return []
    return [
        f"{percent(run.basket_share).capitalize()} of the right answers lie within an hour of "
        "something that was known: mostly a visit goes on, which is easier than to foresee the "
        "next one."
    ]


def _unfitted(asked: Asked) -> list[str]:
    """Say how much there was no time for."""
    n = len({one for run in asked.runs for one in run.notes if UNFITTED in one})
    if not n:
        return []
    return [
        f"{n} {'model' if n == 1 else 'models'} did not fit into the budget: with more time "
        f"the figures may be others."
    ]


def _of_hundred(one: Contender) -> str:
    share = 100 * one.hr20
    return f"{share:.0f}" if share >= 1 or share == 0 else "fewer than 1"


def _beaten(asked: Asked) -> list[str]:
    """Say of every baseline whether the blend is better, by NDCG@10."""
    said = []
    others = asked.of(BASELINE)
    better = [one for one in others if one.better]
    if better:
        told = [f"{_times_as_good(one)} {name_of(one.model)}" for one in better]
        said.append(f"By NDCG@10 the recommendations are {listed(told)}, for certain.")
    for one in others:
        if one.worse and one.ratio is not None:
            said.append(
                f"{_upper(name_of(one.model))} is better than the blend, for certain: the blend "
                f"is {times(one.ratio)} as good."
            )
        elif not one.better and one.ratio is not None:
            said.append(
                f"No certain difference to {name_of(one.model)}: {times(one.ratio)} as good."
            )
    return said


def _times_as_good(one: Contender) -> str:
    return "" if one.ratio is None else f"{times(one.ratio)} as good as"


def _pictures(asked: Asked) -> list[str]:
    row, shuffled = asked.row(PICTURES), asked.row(SHUFFLED)
    if row is None or row.lost is None:
        return []
    if any(one.startswith(UNREAD) for one in asked.first.without):
        return ["No model that reads pictures is in the blend, so they could make no difference."]
    if not any(row.lost):
        return ["Pictures made no difference: without them the same is found."]
    lost = Interval(-row.lost.value, -row.lost.high, -row.lost.low)
    span = f"{signed(lost.low)} to {signed(lost.high)}"
    told = f"without them NDCG@10 is {points(row.ndcg10.value)}, {signed(lost.value)} ({span})"
    if row.worse and shuffled is not None and not shuffled.worse:
        why = "with pictures of other items it is not: what they show may not be why"
        return [f"It is better without pictures, for certain: {told}; but {why}."]
    if row.worse:
        return [f"Pictures did harm, for certain: {told}."]
    if not row.better:
        return [f"Whether pictures help is not certain: {told}."]
    if shuffled is None or shuffled.better:
        return [f"Pictures helped, for certain: {told}."]
    why = (
        "but with pictures of other items it is not certainly worse: what they show may not be why"
    )
    return [f"Pictures helped, for certain: {told}; {why}."]


def _more(asked: Asked) -> list[str]:
    """Say what the learning curve says of more behaviour, where there is one."""
    if len(asked.learning) < 2:
        return []
    less, whole = asked.learning[-2:]
    told = (
        f"learned from {less.share:.0%} of the behaviour NDCG@10 is {points(less.ndcg10.value)}, "
        f"from all of it {points(whole.ndcg10.value)}"
    )
    if asked.more_helps:
        return [f"More behaviour would probably help: {told}."]
    return [f"That more behaviour would help is not shown: {told}."]


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
