"""Some of the people who were asked about, without who they are: the best and the worst served.

Shown is what somebody had, what was recommended, and what they took. Only who allows `measure` is
among them, nothing that names or numbers a person, and no item that fewer than k people did
something with: a rare item is a name. What is therefore not shown is counted.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

import msgspec
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from beholder.dataset.build import Built, build
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import Cases, Split
from beholder.dataset.time_cuts import day_of
from beholder.errors import DataError
from beholder.evaluation.evaluate import Evaluation
from beholder.evaluation.protocols import cuts_of, split
from beholder.media.thumbnails import thumbnail
from beholder.store.store import Store
from beholder.workspace import Workspace

EACH = 3  # best, and worst
HISTORY, LIST, TAKEN = 8, 10, 4  # items shown of each
SIDE = 96  # pixels


class Thing(msgspec.Struct, frozen=True):
    """An item as it is shown; `picture` is a data address, empty without one.

    Attributes
    ----------
    right
        Whether it was recommended and taken.
    kept_back
        Whether too few people know it, or it is hidden: nothing else of it is told.
    """

    title: str = ""
    picture: str = ""
    right: bool = False
    kept_back: bool = False


class Strip(msgspec.Struct, frozen=True):
    """One person: what was known, what was recommended and what was taken.

    Attributes
    ----------
    value
        NDCG@10.
    history, taken
        Of the newest, and of what was asked for, as many as there is room for; `earlier` and
        `further` say how many more there are.
    """

    value: float
    history: list[Thing]
    earlier: int
    recommended: list[Thing]
    taken: list[Thing]
    further: int


class People(msgspec.Struct, frozen=True):
    """Who is shown, and what is not.

    Attributes
    ----------
    nothing_found
        Of how many no right answer was among the first ten.
    kept_back
        Places of items that are not shown.
    passed_over
        People of whom nothing could have been shown that they took.
    missing
        Why nobody is shown, in words; empty: somebody is.
    """

    k: int
    best: list[Strip] = []
    worst: list[Strip] = []
    asked: int = 0
    nothing_found: int = 0
    kept_back: int = 0
    passed_over: int = 0
    missing: str = ""


def people(workspace: Workspace, store: Store, run: Evaluation, k: int) -> People:
    """Return the best and the worst served of one evaluation.

    The questions are asked for once more, for an evaluation keeps no histories: where they are
    not the same any more, nobody is shown.
    """
    row = run.rows[0]
    if not len(run.right) or not len(row.lists):
        return People(k, missing="these results hold no lists")
    built = build(workspace, store, run.seed)
    made = _again(built.dataset, run, built.measured)
    ids = built.items["item_id"].to_pylist()
    if made is None or not _same(made.cases, run, ids):
        return People(k, missing="items, events or consent have changed since this was evaluated")
    cases = made.asked[-1].cases  # of several times the one at which most is known
    positions = {item: position for position, item in enumerate(ids)}
    lists = [
        [positions[run.ids[one]] for one in own if one >= 0 and run.ids[one] in positions]
        for own in row.lists[-len(cases) :].tolist()
    ]
    told = known(built, k)
    values = row.per_user["ndcg@10"]
    takes = np.add.reduceat(told[cases.targets], cases.indptr[:-1]) > 0
    able = np.flatnonzero(takes & np.array([bool(told[h].any()) for h in _histories(cases)]))
    chosen = _ends(values[able], run.seed)
    window = _Window(workspace, built.items, told)
    best, worst = (
        [window.strip(float(values[i]), cases, int(i), lists[int(i)]) for i in able[own]]
        for own in chosen
    )
    return People(
        k,
        best,
        worst,
        len(cases),
        int((values == 0).sum()),
        window.kept_back,
        len(cases) - len(able),
        "" if len(able) else f"nobody took anything that {k} people know",
    )


def known(built: Built, k: int) -> NDArray[np.bool_]:
    """Return which items at least k people did something with, and are not hidden, (n_items,)."""
    log, n = built.dataset.log, built.dataset.n_items
    pairs = np.unique(log.users.astype(np.int64) * n + log.items)
    shown = ~built.items["hidden"].to_numpy(zero_copy_only=False).astype(bool)
    found: NDArray[np.bool_] = (np.bincount(pairs % n, minlength=n) >= k) & shown
    return found


def _again(dataset: Dataset, run: Evaluation, measured: NDArray[np.bool_]) -> Split | None:
    """Divide the behaviour as it was divided then; None where that is not possible any more."""
    for cut in range(cuts_of(run.protocol)):
        try:
            made = split(dataset, run.protocol, run.seed, measured, cut)
        except DataError:  # too few are left who could be asked
            return None
        if run.since == (None if made.since is None else day_of(made.since)):
            return made
    return None


def _same(cases: Cases, run: Evaluation, ids: Sequence[str]) -> bool:
    """Whether the same is asked for, in the same order."""
    own = [{ids[one] for one in cases.target(case)} for case in range(len(cases))]
    return own == [{run.ids[one] for one in right} for right in run.right]


def _histories(cases: Cases) -> Iterable[NDArray[np.int32]]:
    return (cases.history(case).items for case in range(len(cases)))


def _ends(values: NDArray[np.float64], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return who is best, best first, and who is worst; equals are drawn by seed."""
    drawn = np.random.default_rng(seed).permutation(len(values))
    order = drawn[np.argsort(-values[drawn], kind="stable")]
    n = min(EACH, len(order) // 2)
    return order[:n], order[len(order) - n :][::-1]


class _Window:
    """Makes items visible, and counts those that are kept back."""

    def __init__(self, workspace: Workspace, items: pa.Table, told: NDArray[np.bool_]) -> None:
        self.media, self.told = workspace.media, told
        self.titles, self.covers = items["title"], items["picture"]
        self.kept_back = 0

    def strip(self, value: float, cases: Cases, case: int, found: Sequence[int]) -> Strip:
        """Return what is shown of one person."""
        history, taken = cases.history(case).items, cases.target(case)
        return Strip(
            value,
            self._things(history[-HISTORY:]),
            max(len(history) - HISTORY, 0),
            self._things(found[:LIST], taken),
            self._things(taken[:TAKEN], found[:LIST]),
            max(len(taken) - TAKEN, 0),
        )

    def _things(self, positions: Iterable[int], right: Iterable[int] = ()) -> list[Thing]:
        among = {int(one) for one in right}
        return [self._thing(int(one), int(one) in among) for one in positions]

    def _thing(self, position: int, right: bool) -> Thing:
        if not self.told[position]:
            self.kept_back += 1
            return Thing(right=right, kept_back=True)
        cover = self.covers[position].as_py()
        small = None if cover is None else thumbnail(self.media, cover, SIDE)
        address = ""
        if small is not None:
            address = f"data:image/webp;base64,{base64.b64encode(small).decode()}"
        return Thing(self.titles[position].as_py() or "without a title", address, right)
