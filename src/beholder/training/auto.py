"""`auto`: fit what suits the data, tune it, blend it, and say why.

1. Cheap members are fitted on a validation split, weighed, and a first blend is handed out.
2. Costly members are tuned one setting after the other while the budget lasts.
3. Weights are learned for warm and for cold items, and the scale between the two.
4. Everything chosen is fitted again on all data and folded into one matrix.

The first blend measures what the end costs; a trial is begun only if it, and everything that
must follow, fits into what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.models.ease import solvable
from beholder.models.popularity import PopularitySettings
from beholder.progress import Progress
from beholder.training.budget import Clock
from beholder.training.gate import Live, refusal
from beholder.training.grid import MEMBERS
from beholder.training.plan import Plan, seconds_to_solve
from beholder.training.refit import Fitted, Refit, used_of
from beholder.training.tuner import Tuned, Tuner, able, tune_popularity
from beholder.training.validation import Validation, validation
from beholder.training.weigh import BEHAVIOUR, Chosen, weigh

Hand = Callable[[Fitted], None]
OVER = 0.05  # of the budget may be lost to a step that takes longer than before
FIRST = 0.25  # of the budget: then pictures that are no must wait
OVERHEAD = 1.3  # a costly member takes about this much longer than its system alone


def fit_auto(
    dataset: Dataset,
    *,
    seed: int,
    budget: float,
    progress: Progress,
    only: Iterable[str] = (),
    protocol: str = "leave-last-out",
    first: Hand | None = None,
    live: Live | None = None,
) -> Fitted:
    """Choose and fit the blend.

    Parameters
    ----------
    budget
        Seconds; costly members are tuned while they last.
    only
        Names of `MEMBERS` to consider; empty: all.
    protocol
        What validation asks for: `leave-last-out` or `next-basket`.
    first
        Called with a blend of the cheap members as soon as there is one, if nothing is served
        yet. Where nothing better fits into the budget, that very object is returned.
    live
        What is served now: a blend that is worse says so in `refused`.

    Raises
    ------
    UsageError
        If none of the named members can learn from this data.
    """
    wanted = set(only)
    names = [name for name in MEMBERS if not wanted or name in wanted]
    light = [name for name in names if not MEMBERS[name].heavy and able(name, dataset)]
    heavy = [name for name in names if MEMBERS[name].heavy]
    if not light and not heavy:
        raise UsageError(
            f"{', '.join(names)} cannot learn from this data: it lacks pictures or words",
            remedy="name other models, or none",
        )
    held = validation(dataset, seed, protocol)
    return _Training(dataset, held, Clock(budget), progress, live).run(light, heavy, first)


class _Training:
    """One run of `auto`: what was tuned so far, and what time is left."""

    def __init__(
        self,
        dataset: Dataset,
        held: Validation,
        clock: Clock,
        progress: Progress,
        live: Live | None,
    ) -> None:
        self.held, self.progress, self.live = held, progress, live
        self.n_solved = len(solvable(held.train, dataset.n_items))
        whole = len(solvable(dataset, dataset.n_items))
        self.plan = Plan(clock, (whole / max(self.n_solved, 1)) ** 3)
        self.tuner = Tuner(held, self.plan, live)
        self.refit = Refit(dataset, self.plan)
        self.tuned: dict[str, Tuned] = {}

    def run(self, light: list[str], heavy: list[str], first: Hand | None) -> Fitted:
        self._fit_simple(light)
        popular = tune_popularity(self.held)
        drafted = self._draft(popular, first) if self.tuned else None
        left_out = self._tune_costly(heavy)
        self._tune_simple(light)
        fitted = self._finish(popular, drafted)
        fitted.notes += left_out
        if self.live is not None and fitted.evidence is not None:
            self._fit_live(self.live)
            fitted.refused = refusal(self.live, fitted.evidence, fitted.asked, self.held)
        return fitted

    def _fit_simple(self, light: list[str]) -> None:
        clock = self.plan.clock
        self.progress.start("fitting simple models", len(light))
        _ = self.held.train.content  # prepared apart, so that no member seems to cost it
        for name in light:
            content = self.tuned.keys() - set(BEHAVIOUR)
            if name in BEHAVIOUR or not content or clock.spent < FIRST * clock.budget:
                self.tuned[name] = self.tuner.next(name)
            self.progress.advance()
        self.progress.finish()

    def _draft(self, popular: PopularitySettings, first: Hand | None) -> Fitted:
        with self.plan.measured("first weighing"):
            draft = weigh(self.held, self.tuned, popular, quick=True)
        fitted = self._fit_again(draft, popular)
        self.plan.expected["writing"] = self.plan.cost("folding")
        if first is not None and self.live is None:
            with self.plan.measured("writing"):
                first(fitted)
        return fitted

    def _fit_again(self, chosen: Chosen, popular: PopularitySettings) -> Fitted:
        return self.refit(self.tuned, chosen, popular, self.progress)

    def _tune_costly(self, heavy: list[str]) -> list[str]:
        """Tune while there is room; return what there was no room for, in words."""
        if heavy and self.tuned:
            expected = OVERHEAD * seconds_to_solve(self.n_solved)
            for name in heavy:
                self.plan.expected[name] = expected
        longest = max((len(MEMBERS[name].trials) for name in heavy), default=0)
        self.progress.start("tuning", longest * len(heavy))
        # One trial of each costly member first, then the next of each: the budget may end early.
        # A new member is worth more than weights from all cases, another setting is not.
        for turn in range(longest):
            for name in heavy:
                if turn < len(MEMBERS[name].trials) and self._room(name, quick=not turn):
                    self.tuned[name] = self.tuner.next(name, self.tuned.get(name))
                self.progress.advance()
        self.progress.finish()
        return [
            f"{name} did not fit into the budget: about {self._needed(name):.0f} s are needed"
            for name in heavy
            if name not in self.tuned
        ]

    def _needed(self, name: str) -> float:
        again = {*self.refit.missing(self.tuned), name}
        trial = self.plan.cost(name) + self.plan.cost("asking")
        return self.plan.clock.spent + trial + self.plan.ending(again, quick=True)

    def _room(self, name: str, quick: bool = False) -> bool:
        if not self.tuned:
            return True  # something must be fitted, however long it takes
        again = {*self.refit.missing(self.tuned), name}
        self.plan.pending = self.live.missing if self.live is not None else []
        return self.plan.fits(name, again, quick)

    def _tune_simple(self, light: list[str]) -> None:
        for name in light:
            while (
                name in self.tuned
                and self.tuned[name].tried < len(MEMBERS[name].trials)
                and self._room(name)
            ):
                self.tuned[name] = self.tuner.next(name, self.tuned[name])

    def _finish(self, popular: PopularitySettings, drafted: Fitted | None) -> Fitted:
        """Weigh and fit again, unless the first blend is all that fits."""
        again = self.refit.missing(self.tuned)
        clock, ending = self.plan.clock, self.plan.ending(again)
        short = drafted is not None and clock.left < ending
        if short and drafted is not None and not again:
            needed = f"about {clock.spent + ending:.0f} s are needed for all weights"
            drafted.notes.append(f"the first blend is the last one: {needed}")
            return drafted
        with self.plan.measured("weighing"):
            chosen = weigh(self.held, self.tuned, popular, quick=short)
        missing = set(again) & set(used_of(self.tuned, chosen))
        late = clock.left + OVER * clock.budget < self.plan.refitting(missing)
        if drafted is not None and late:
            drafted.notes.append("the first blend is the last one: the budget is used up")
            return drafted
        return self._fit_again(chosen, popular)

    def _fit_live(self, live: Live) -> None:
        """Fit what the live recipe lacks on the validation split, while there is time."""
        for name in live.missing:
            needed = self.plan.cost(name) + self.plan.cost("writing")
            if self.plan.clock.left > needed + self.plan.cost("asking"):
                settings = live.settings[name]
                live.offer(name, settings, MEMBERS[name].model.fit(self.held.train, settings))
