"""`auto`: fit what suits the data, tune it, blend it, and say why.

1. Cheap members are fitted on a validation split, weighed, and a first blend is handed out;
   those that it cannot wait for come after it.
2. Costly members are tuned one setting after the other while the budget lasts.
3. Weights are learned for warm and for cold items, and the scale between the two.
4. Everything chosen is fitted again on all data and folded into what is served.

The first blend measures what the end costs; a trial is begun only if it, and everything that
must follow, fits into what is left. Every such decision is recorded and can be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec

from beholder.blending.chosen import Chosen
from beholder.blending.gate import Live, better, refusal
from beholder.blending.members import Member, Tuned, members_of
from beholder.blending.ranking import no_ranker
from beholder.blending.validation import Validation, validation
from beholder.blending.weigh import weigh
from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.models.contract import FitOptions
from beholder.models.popularity import PopularitySettings
from beholder.progress import SILENT, Progress
from beholder.training.ahead import Ahead
from beholder.training.answer_time import MOST, seconds_with
from beholder.training.budget import Clock, told
from beholder.training.costly import Costly
from beholder.training.order import expect, order_last
from beholder.training.plan import MARGIN, RANKER, SEED, Plan
from beholder.training.refit import Fitted, Refit, used_of
from beholder.training.room import no_room, with_room
from beholder.training.tune import Tuner, tune_popularity

Hand = Callable[[Fitted], None]
STOPPED = "stopped: what is tuned by now is weighed and written; Ctrl-C again ends at once"
ENOUGH = "a first blend is fitted: Ctrl-C from now on ends the trying and keeps the best so far"
SLOW = "is left out: answers would not stay quick with it"
NO_ROOM = "did not fit into the budget"
LATE = "keep the first blend where the end was stopped"
ENDING = ("weigh all", "keep the first blend", "fit again", "place the rest")
OVER = 0.05  # of the budget may be lost to a step that takes longer than before


class Budget(NamedTuple):
    """How long training may take, and what draws whatever is random.

    Attributes
    ----------
    seconds
        Costly members are tuned while they last.
    plan
        The decisions of another training, followed instead of the clock.
    clock
        Where some of it is spent already; None: it begins now.
    stoppable
        Ctrl-C ends the tuning: what there is by then is weighed and fitted. A second one ends all.
    checkpoints, resume
        See `FitOptions`.
    """

    seconds: float
    seed: int
    plan: Mapping[str, int] | None = None
    clock: Clock | None = None
    stoppable: bool = False
    checkpoints: Path | None = None
    resume: bool = False


def fit_auto(
    dataset: Dataset,
    budget: Budget,
    *,
    progress: Progress = SILENT,
    only: Iterable[str] = (),
    protocol: str = "leave-last-out",
    first: Hand | None = None,
    live: Callable[[Iterable[str]], Live | None] = lambda names: None,
) -> Fitted:
    """Choose and fit the blend.

    Parameters
    ----------
    only
        Names of models to consider; empty: all.
    protocol
        What validation asks for: `leave-last-out` or `next-basket`.
    first
        Called with a blend of the cheap members as soon as there is one, if nothing is served
        yet. Where nothing better fits into the budget, that very object is returned.
    live
        Returns what is served now, by the members that can be: a blend that is worse says
        so in `refused`.

    Raises
    ------
    UsageError
        If none of the named members can learn from this data, or one surely does not fit into the
        memory that is free.
    """
    clock, only = budget.clock or Clock(budget.seconds), list(only)
    members, left_out = members_of(dataset, only)
    too_large: dict[str, str] = {}
    if budget.plan is None:  # else who is in it had room when it was made, and is not chosen anew
        members, too_large = with_room(members, dataset, asked=bool(only))
    left_out += [no_room(name, why) for name, why in too_large.items()]
    if not members and left_out:
        raise UsageError(
            "nothing can learn from this data: " + "; ".join(left_out),
            remedy="name other models, or none",
        )
    held = validation(dataset, budget.seed, protocol)
    # The live recipe may hold what is not considered now.
    possible, _ = with_room(members_of(dataset)[0], dataset, asked=False)
    served = live([member.name for member in possible])
    training = _Training(dataset, held, budget._replace(clock=clock), progress, served)
    fitted = training.run(members, first)
    training.compare(fitted, possible)
    fitted.stopped = training.stopped
    fitted.notes += left_out
    return fitted


class _Training:
    """One run of `auto`: what was tuned so far, and what time is left."""

    def __init__(
        self,
        dataset: Dataset,
        held: Validation,
        budget: Budget,
        progress: Progress,
        live: Live | None,
    ) -> None:
        self.dataset, self.held, self.seed = dataset, held, budget.seed
        self.progress, self.live = progress, live
        self.stoppable, self.stopped = budget.stoppable, False
        self.costly = Costly(dataset, held.train, budget.seed)
        clock = budget.clock or Clock(budget.seconds)
        self.plan = Plan(clock, self.costly.growth["light"], budget.plan)
        self.plan.decided[SEED] = budget.seed
        options = FitOptions(
            budget.seed, progress=progress, checkpoints=budget.checkpoints, resume=budget.resume
        )
        self.tuner = Tuner(held, self.plan, options._replace(keep=self._keep), live)
        self.refit = Refit(dataset, self.plan, options)
        self.tuned: dict[str, Tuned] = {}
        self.ahead = Ahead(dataset, held.train, self.plan, self.tuned)
        self.draft: Chosen | None = None  # what the first blend is made by
        self.drafted: dict[str, msgspec.Struct] = {}  # and the settings it is of
        self.chosen: Chosen | None = None  # what the last one is made by; None: it is the first
        self.weighed: dict[str, Tuned] = {}  # the members that the last blend is of
        self.quick = self.is_first = True  # how they were weighed; whether it is the first one
        expect(self.plan, held)

    @property
    def _settings(self) -> dict[str, msgspec.Struct]:
        return {name: one.settings for name, one in self.tuned.items()}

    def run(self, members: list[Member], first: Hand | None) -> Fitted:
        self.plan.grown = {one.name: self.costly.growth[one.card.cost] for one in members}
        quick, left_out = self._quick_to_ask(members)
        light = [member for member in quick if member.light]
        heavy = [member for member in quick if not member.light]
        popular = tune_popularity(self.held)
        waiting = self._fit_simple(light)
        drafted = self._draft(popular, first) if self.tuned else None
        left_out += self._fit_waiting(waiting, light)
        left_out += self._tune_costly(heavy)
        if quick and not self.tuned:
            raise UsageError(
                "the plan that is followed fits none of " + ", ".join(one.name for one in quick),
                remedy="follow another plan, or name the models that it is of",
                field="plan",
            )
        self._tune_simple(light)
        fitted = self._end(popular, drafted)
        self._rank(fitted)
        if self._was_stopped:
            self.plan.decided["stopped"] = 1
        fitted.notes += left_out
        fitted.plan = dict(self.plan.decided)
        fitted.timings = self.plan.timings
        fitted.without = partial(self._without, popular)
        return fitted

    def _without(self, popular: PopularitySettings, name: str) -> Fitted | None:
        """Weigh the other members of the blend once more; None: there are none."""
        left = {n: one for n, one in self.weighed.items() if name not in (n, one.member.card.name)}
        if not left:
            return None
        self.plan.script = dict(self.plan.decided)  # the clock has no say in it
        chosen = weigh(self.held, left, popular, self.seed, quick=self.quick)
        fitted = self.refit(left, chosen, popular)
        self.chosen = None if self.is_first else chosen
        self._rank(fitted)
        return fitted

    def compare(self, fitted: Fitted, possible: list[Member]) -> None:
        """Say why the new blend should not be served, if the live one is better.

        Parameters
        ----------
        possible
            All members that can learn from the data.
        """
        if self.live is not None and fitted.evidence is not None:
            try:
                if not self.stopped:
                    self._fit_live(self.live, possible)
            except KeyboardInterrupt:
                self._stop(fitted)
            fitted.refused = refusal(self.live, fitted.evidence, fitted.asked, self.held)

    def _quick_to_ask(self, members: list[Member]) -> tuple[list[Member], list[str]]:
        """Return the members with which an answer stays quick, and what is left out, in words."""
        quick, left_out = [], []
        for member in members:
            alone = len(members) == 1
            if not member.card.factors or alone:
                quick.append(member)
                continue
            if self.plan.decide(f"ask {member.name}", partial(self._is_quick, member)):
                quick.append(member)
            else:
                left_out.append(f"{member.name} {SLOW}")
        return quick, left_out

    def _is_quick(self, member: Member) -> bool:
        spent = seconds_with(member, self.held.train.n_items)
        if spent > MOST:
            self.plan.timings.append(
                f"{member.name} would add {spent * 1e3:.2f} ms to an answer, "
                f"{MOST * 1e3:.2f} are allowed"
            )
        return spent <= MOST

    def _fit_simple(self, light: list[Member]) -> list[Member]:
        """Fit each cheap member once; return those that the first bundle cannot wait for."""
        waiting = []
        self.progress.start("fitting simple models", len(light))
        _ = self.held.train.content  # prepared apart, so that no member seems to cost it
        for member in light:
            if self.plan.decide(f"begin {member.name}", partial(self.ahead.soon, member)):
                self.tuned[member.name] = self.tuner.next(member)
                self.ahead.look()
                self.progress.advance()
            else:
                waiting.append(member)
        self.progress.finish()
        return waiting

    def _draft(self, popular: PopularitySettings, first: Hand | None) -> Fitted:
        if self.plan.decide("leave new items unweighed", self._is_late):
            self.held = self.tuner.held = replace(self.held, compared=False)
        with self.plan.measured("first weighing"):
            self.draft = weigh(self.held, self.tuned, popular, self.seed, quick=True)
            self.draft.parts = None  # no order is learned from it
        self.weighed = dict(self.tuned)
        self.drafted = self._settings
        fitted = self.refit(self.tuned, self.draft, popular, last=False)
        self.plan.expected["writing"] = self.plan.cost("folding")
        if first is not None and self.live is None:
            with self.plan.measured("writing"):
                first(fitted)
        if self.stoppable and self.live is not None:
            self.progress.note(ENOUGH)
        return fitted

    def _is_late(self) -> bool:
        """Whether the first bundle would come too late with all that is to be weighed."""
        late = self.plan.clock.left < self.plan.first(self.tuned)
        return bool(self.held.untouched.any() and late)

    def _fit_waiting(self, waiting: list[Member], light: list[Member]) -> list[str]:
        """Fit the cheap members that had to wait; return what was left out, in words."""
        for member in waiting:
            by_clock = self.plan.script is None and not self.stopped
            if by_clock and self.plan.clock.left > self.plan.ending([], True):
                self.ahead.expect(member)
            self._try(member, quick=True)
        ranked = [member.name for member in light]  # weights hang on the order a little
        for name in sorted(self.tuned, key=ranked.index):
            self.tuned[name] = self.tuned.pop(name)
        return self._left_out(waiting)

    def _tune_costly(self, heavy: list[Member]) -> list[str]:
        """Tune while there is room; return what there was no room for, in words."""
        longest = max((len(member.trials) for member in heavy), default=0)
        self.progress.start(
            "trying settings of models", sum(len(member.trials) for member in heavy)
        )
        # One trial of each costly member first, then the next of each: the budget may end early.
        # A new member is worth more than weights from all cases, another setting is not.
        for turn in range(longest):
            for member in heavy:
                waits = turn > 0 and member.name not in self.tuned  # there was no room for it
                if turn < len(member.trials) and not waits and self._try(member, quick=not turn):
                    self.progress.advance()
        self.progress.finish()
        return self._left_out(heavy)

    def _left_out(self, members: list[Member]) -> list[str]:
        """Say which members there was no room for, and in the timings what they would take."""
        left_out = [member for member in members if member.name not in self.tuned]
        if self.plan.script is None and not self.stopped:
            self.plan.timings += [
                f"with {member.name}, {_about(member)} {told(self._needed(member))} are needed"
                for member in left_out
                if self.plan.cost(member.name)
            ]
        why = "was not tried" if self._was_stopped else NO_ROOM
        return [f"{member.name} {why}" for member in left_out]

    @property
    def _was_stopped(self) -> bool:
        """Whether Ctrl-C ended the tuning, here or in the training whose plan is followed."""
        return self.stopped or bool((self.plan.script or {}).get("stopped"))

    def _needed(self, member: Member) -> float:
        trial = self.plan.cost(member.name) + self.plan.cost("asking")
        return self.plan.clock.spent + trial + self.plan.ending(self._again(member), quick=True)

    def _again(self, member: Member) -> set[str]:
        """Return what has to be fitted on all data after one more trial of a member."""
        return {*self.refit.missing(self.tuned), member.name}

    def _try(self, member: Member, quick: bool = False) -> bool:
        """Try the next setting of a member where there is room; return whether it was tried."""
        already = self.tuned.get(member.name)
        step = f"trial {already.tried if already else 0} of {member.name}"
        try:
            if not self.plan.decide(step, partial(self._is_room, member, quick)):
                return False
            self.plan.deadline = self.plan.until(member.name, self._again(member), quick)
            self.tuned[member.name] = self.tuner.next(member, already)
        except KeyboardInterrupt:
            self._stop(self.tuned)
            self.plan.decided[step] = 0
            return False
        return True

    def _stop(self, made: object) -> None:
        """End the trying where something is made by now; called where Ctrl-C was pressed."""
        if not self.stoppable or self.stopped or not made:
            raise
        self.stopped = True
        self.progress.note(STOPPED)

    def _keep(self) -> bool:
        """Whether a trial that Ctrl-C ended is kept as far as it came: where it is the only one."""
        if not self.stoppable or self.stopped or self.tuned:
            return False
        self.stopped = True
        self.progress.note(STOPPED)
        return True

    def _is_room(self, member: Member, quick: bool) -> bool:
        if not self.tuned:
            return True  # something must be fitted, however long it takes
        if self.stopped:
            return False
        self.plan.pending = self.live.missing if self.live is not None else []
        new = not member.light and member.name not in self.tuned
        if new and not self.costly.expect(member, self.plan):
            return False
        return self.plan.fits(member.name, self._again(member), quick)

    def _tune_simple(self, light: list[Member]) -> None:
        for member in light:
            while (
                member.name in self.tuned
                and self.tuned[member.name].tried < len(member.trials)
                and self._try(member)
            ):
                pass

    def _end(self, popular: PopularitySettings, drafted: Fitted | None) -> Fitted:
        """Finish; where Ctrl-C ends that, too, the first blend is what there is."""
        if drafted is None or not (self.plan.script or {}).get(LATE):
            try:
                return self._finish(popular, drafted)
            except KeyboardInterrupt:
                self._stop(drafted)
        assert drafted is not None, "without a first blend nothing is stopped"
        for step in ENDING:
            self.plan.decided.pop(step, None)
        self.plan.decided[LATE] = 1
        return self._with_the_rest(drafted, popular, "training was stopped")

    def _finish(self, popular: PopularitySettings, drafted: Fitted | None) -> Fitted:
        """Weigh and fit again, unless the first blend is all that fits."""
        again = self.refit.missing(self.tuned)
        clock, ending = self.plan.clock, self.plan.ending(again)
        whole = self.plan.decide(
            "weigh all",
            lambda: drafted is None or (clock.left >= ending and not self.stopped),
        )
        if not whole and drafted is not None and self._settings == self.drafted:
            if self.plan.script is None and not self.stopped:
                needed = f"about {told(clock.spent + ending)} are needed"
                self.plan.timings.append(f"for weights from all cases, {needed}")
            why = "training was stopped" if self._was_stopped else "the budget is used up"
            return self._with_the_rest(drafted, popular, why)
        with self.plan.measured("weighing"):
            chosen = weigh(self.held, self.tuned, popular, self.seed, quick=not whole)
        if drafted is not None and self.plan.decide(
            "keep the first blend", lambda: self._is_worse(chosen, drafted)
        ):
            said = f"{drafted.asked.mean():.4f} against {chosen.asked.mean():.4f}"
            return self._with_the_rest(drafted, popular, f"it is certainly better, {said}")
        if drafted is not None and not self.plan.decide(
            "fit again", lambda: self._in_time(again, chosen)
        ):
            return self._with_the_rest(drafted, popular, "the budget is used up")
        self.chosen, self.weighed = chosen, dict(self.tuned)
        self.quick, self.is_first = not whole, False
        return self.refit(self.tuned, chosen, popular)

    def _rank(self, fitted: Fitted) -> None:
        """Learn an order of the first candidates, last of all, and say what came of it."""
        chosen, self.chosen = self.chosen, None
        try:
            options = FitOptions(self.seed, progress=self.progress)
            given = self.plan, self.held, chosen, self.dataset, fitted.blend
            found = order_last(*given, options, self._was_stopped)
        except KeyboardInterrupt:
            self._stop(fitted)
            self.plan.decided[RANKER] = 0
            found = no_ranker("training was stopped")
        fitted.ranker, fitted.ranking = found
        fitted.notes.append(found.why.why)

    def _is_worse(self, chosen: Chosen, drafted: Fitted) -> bool:
        """Whether weights from more cases do certainly worse for people that neither saw.

        More members are weighed then, and where few people are asked chance weighs them.
        """
        comparable = len(chosen.asked) == len(drafted.asked) == len(self.held.tune)
        return comparable and better(drafted.asked, chosen.asked)

    def _with_the_rest(self, drafted: Fitted, popular: PopularitySettings, why: str) -> Fitted:
        """Return the first blend as the last one, with more new items if there is time."""
        own = {name: one for name, one in self.tuned.items() if name in self.drafted}
        same = all(one.settings == self.drafted[name] for name, one in own.items())
        if drafted.unplaced and same and self.plan.decide("place the rest", self._is_rest_quick):
            assert self.draft is not None, "a first blend is made by something"
            last = self.refit(own, self.draft, popular)
        else:
            last = drafted
        last.notes.append(f"the first blend is the last one: {why}")
        unused = [name for name in self.tuned if name not in own]
        if unused:
            last.notes.append(f"{', '.join(unused)} came after it")
        return last

    def _is_rest_quick(self) -> bool:
        return self.plan.clock.left > MARGIN * (self.plan.refitting([]) + self.plan.cost("placing"))

    def _in_time(self, again: list[str], chosen: Chosen) -> bool:
        missing = set(again) & set(used_of(self.tuned, chosen))
        clock = self.plan.clock
        return clock.left + OVER * clock.budget >= self.plan.refitting(missing)

    def _fit_live(self, live: Live, members: list[Member]) -> None:
        """Fit what the live recipe lacks on the validation split, while there is time.

        By the clock even where a plan is followed: nothing of it is in the bundle.
        """
        self.plan.deadline = self.plan.clock.deadline
        by_name = {member.name: member for member in members}
        for name in live.missing:
            needed = self.plan.cost(name) + self.plan.cost("writing") + self.plan.cost("asking")
            if self.plan.clock.left > needed:
                settings = live.settings[name]
                live.offer(name, settings, self.tuner.fit(by_name[name], settings, f"live {name}"))


def _about(member: Member) -> str:
    """Return how exactly it is known what a member takes: of some, only the first round is."""
    return "at least" if member.card.cost == "gradient" else "about"
