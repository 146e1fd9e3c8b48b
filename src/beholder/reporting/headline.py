"""The whole answer in one sentence: what the blend is certainly better than, and how often."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.reporting.asked import BASELINE, Asked, Contender
from beholder.reporting.words import listed, name_of

WORSE, ALWAYS, SOMETIMES, NEVER = "worse", "always", "sometimes", "never"


def headline(every: Sequence[Asked]) -> str:
    """Return what the comparison with each baseline comes to, over all questions."""
    models = dict.fromkeys(row.model for one in every for row in one.of(BASELINE))
    found: dict[str, list[str]] = {WORSE: [], ALWAYS: [], SOMETIMES: [], NEVER: []}
    for model in models:
        rows = [row for one in every if (row := one.row(model)) is not None]
        how, name = _how(rows), name_of(model)
        said = {WORSE: f"{name} is better{_in(rows, WORSE)}", SOMETIMES: name + _in(rows, "better")}
        if len(rows) < len(every):
            said[ALWAYS] = f"{name} (which can answer {len(rows)} of {len(every)} questions)"
        found[how].append(said.get(how, name))
    if found[WORSE]:
        return f"Not everywhere: {listed(found[WORSE])}, for certain."
    if not found[ALWAYS] and not found[SOMETIMES]:
        return f"Not shown: no certain difference to {listed(found[NEVER])}."
    where = f" in each of {len(every)} questions" if len(every) > 1 else ""
    if any("(" in one for one in found[ALWAYS]):
        where = " wherever it was asked"
    if not found[SOMETIMES] and not found[NEVER]:
        return f"Yes: better than {listed(found[ALWAYS])}, for certain{where}."
    told = [f"better than {listed(found[ALWAYS])}, for certain{where}"] if found[ALWAYS] else []
    told += [f"better than {one}" for one in found[SOMETIMES]]
    if found[NEVER]:
        told.append(f"not certainly better than {listed(found[NEVER], 'or')}")
    return f"In part: {'; '.join(told)}."


def _how(rows: Sequence[Contender]) -> str:
    if any(row.worse for row in rows):
        return WORSE
    if all(row.better for row in rows):
        return ALWAYS
    return SOMETIMES if any(row.better for row in rows) else NEVER


def _in(rows: Sequence[Contender], how: str) -> str:
    """Return in how many of the questions something holds, where there are several."""
    n = sum(getattr(row, how) for row in rows)
    return f" in {n} of {len(rows)} questions" if len(rows) > 1 else ""
