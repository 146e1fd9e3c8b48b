"""`beholder train`: from a workspace to a promoted bundle, the first one as soon as it can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from beholder.blending.gate import Live, live_of
from beholder.blending.members import named
from beholder.bundle.choice import Choice, MemberRecord
from beholder.bundle.manifest import read
from beholder.bundle.parts import Parts, recipe
from beholder.bundle.promote import current, folder_of, promote
from beholder.bundle.write import Origin, remove_old, write_bundle
from beholder.dataset.build import Built, build
from beholder.encoders import own_network
from beholder.encoders.own_network import OWN
from beholder.encoders.registry import graphs
from beholder.errors import BundleError, UsageError
from beholder.models.own import load_own
from beholder.progress import SILENT, Progress
from beholder.store.erase import mark_bundle
from beholder.store.locks import training_lock
from beholder.store.store import Store
from beholder.training import standing
from beholder.training.assemble import choice_of, parts_of
from beholder.training.auto import Budget, fit_auto
from beholder.training.budget import Clock, check_seed, seconds, told
from beholder.training.carried import carried
from beholder.training.outcomes import examples, learn_outcomes, reserved
from beholder.training.plan import SEED
from beholder.training.refit import Fitted
from beholder.workspace import Workspace

SHOWN = 3  # items that are named of many

FLOOR = 0.5  # of what the served bundle knows; less of it is more likely a mistake than the truth


class Trained(msgspec.Struct):
    """What training did.

    Attributes
    ----------
    bundle
        Name of the bundle that was made last.
    refused
        Why it is not served; None: it is.
    first_after
        Seconds until the first bundle could be served.
    members, notes
        Why the blend is what it is.
    alone
        What is wrong, and what to do, where popularity alone is what it came to; None: it did not.
    """

    bundle: str
    n_items: int
    n_users: int
    n_pairs: int
    first_after: float
    seconds: float
    members: list[MemberRecord]
    notes: list[str]
    refused: str | None = None
    alone: str | None = None


def train_workspace(
    workspace: Workspace,
    *,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    seed: int | None = None,
    progress: Progress = SILENT,
    promote_anyway: bool = False,
    plan: str | Path | None = None,
    resume: bool = False,
) -> Trained:
    """Fit `auto` on everything in the workspace, write a bundle, and promote it.

    A bundle that is certainly worse than the live one is written, and not promoted. Ctrl-C ends
    the tuning, as the end of the budget does; a second one ends all, and says what is kept. After
    either, and after a crash, what PyTorch learned can be gone on with.

    Parameters
    ----------
    budget
        `90s`, `10m`, `1h`; the settings' by default.
    models
        Names of members to consider; empty: the settings', or all.
    promote_anyway
        Promote the new bundle even if it is worse than the live one.
    plan
        A bundle, or a `choice.json`, whose decisions are followed again instead of the clock, with
        its seed.
    resume
        Go on where the last training was stopped: as if it had not been, to the same bits, if the
        clock ends no round of either.

    Raises
    ------
    UsageError
        For an unknown model name, or if there is nothing left of the data that is gone on with.
    WorkspaceError
        If there are no items.
    """
    settings = workspace.settings
    load_own(settings.train.modules)
    chosen = named(models or settings.train.models)
    script = None if plan is None else plan_of(workspace, plan)
    used_seed = check_seed(_seed(settings.train.seed, seed, script))
    allowed = seconds(settings.train.budget if budget is None else budget)
    wanted = Budget(allowed, used_seed, script, stoppable=True, resume=resume)
    with training_lock(workspace):
        before = _served(workspace)
        try:
            return _train(workspace, chosen, wanted, progress, promote_anyway)
        except KeyboardInterrupt:
            told = _kept(before, _served(workspace))
            told += f"; {_stands(workspace)}" * standing.left(workspace)
            raise KeyboardInterrupt(told) from None


def _seed(usual: int, asked: int | None, script: Mapping[str, int] | None) -> int:
    """Return the seed: of the plan that is followed, else as asked for, or the settings' own."""
    own = None if script is None else script.get(SEED)
    if own is not None and asked is not None and asked != own:
        raise UsageError(
            f"the plan that is followed was drawn with seed {own}, not {asked}",
            remedy="leave the seed out",
            field="seed",
        )
    if own is not None:
        return own
    return usual if asked is None else asked


def _train(
    workspace: Workspace,
    chosen: list[str],
    budget: Budget,
    progress: Progress,
    promote_anyway: bool,
) -> Trained:
    clock = Clock(budget.seconds)
    with Store.open(workspace) as store:
        expired = store.expire()
        if expired:
            progress.note(f"{expired} events were older than privacy.retention_days: deleted")
        folder = standing.place(workspace, budget.resume)
        made = build(workspace, store, budget.seed)
        seen = examples(made, store)
    about = standing.About.of(made, workspace.settings, budget.seed, chosen, budget.plan)
    standing.begin(folder, about, budget.resume, progress)
    budget = budget._replace(checkpoints=folder)
    publish = _Publisher(workspace, made, budget.seed)
    if not promote_anyway:
        publish.lost = _lost(workspace, made)
    firsts: list[float] = []

    def first(fitted: Fitted) -> None:
        name = publish(fitted)
        firsts.append(clock.spent)
        more = "; the rest of the budget may make it better" if clock.left > 0 else ""
        progress.note(f"first bundle {name} is written after {told(clock.spent)}{more}")

    fitted = fit_auto(
        made.dataset,
        budget._replace(clock=clock.without(reserved(seen, budget.seconds))),
        progress=progress,
        only=chosen,
        first=first,
        live=lambda known: None if promote_anyway else live_recipe(workspace, known),
    )
    learn_outcomes(fitted, seen, made.dataset, budget._replace(clock=clock), progress)
    name = publish(fitted)
    remove_old(workspace, workspace.settings.train.keep_bundles)
    stopped = fitted.stopped and standing.left(workspace)
    if not stopped:
        standing.end(folder)
    pairs = made.dataset.interactions
    notes = (
        made.left_out
        + _unseen(made, workspace)
        + fitted.notes
        + fitted.timings
        + [*publish.carried.notes]
        + publish.marked
        + publish.misfits
        + [_stands(workspace)] * stopped
    )
    said, spent = told(budget.seconds), told(clock.spent)
    if clock.left < 0 and budget.plan is None and spent != said:
        notes.append(f"the budget of {said} was too short: {spent}")
    return Trained(
        name,
        made.dataset.n_items,
        pairs.n_users,
        len(pairs),
        firsts[0] if firsts else clock.spent,
        clock.spent,
        fitted.members,
        notes,
        publish.lost or fitted.refused,
        _alone(fitted, pairs.n_users, len(pairs)),
    )


def _alone(fitted: Fitted, n_users: int, n_pairs: int) -> str | None:
    """Say what is missing where lists follow nobody's likes."""
    if not fitted.weights.only_popularity:
        return None
    return (
        f"popularity alone: everybody sees the known items in one order, since {n_pairs} pairs "
        f"of {n_users} people told no member more; import more behaviour, or let training try "
        "more, with a longer --budget and without --model"
    )


def _unseen(made: Built, workspace: Workspace) -> list[str]:
    """Say of which encoders items have pictures and no vectors, and whether files are damaged."""
    damaged = [
        f"{name}: files of the cache that are cut or changed, and were passed over: {n}"
        for name, n in made.damaged.items()
    ]
    refused = [f"item {item}: {file}" for item, file in made.unreadable.items()]
    more = "; ..." if len(refused) > SHOWN else ""
    unreadable = [
        f"items whose pictures cannot be read, and which are compared without them: {len(refused)} "
        f"({'; '.join(refused[:SHOWN])}{more}); replace these files and import them again "
        f"(`beholder encode {workspace.root}` says why each was refused)"
    ]
    erased = [
        f"{name} learned from somebody who was erased since: tune again "
        f"(`beholder train {workspace.root} --tune-encoder`)"
        for name in workspace.settings.encode.encoders
        if name.startswith(OWN) and own_network.mark_of(name, graphs(workspace)).exists()
    ]
    return (
        damaged
        + erased
        + unreadable * bool(refused)
        + [
            f"{name} has seen no picture of {n} items that have some: run `beholder encode "
            f"{workspace.root}`, then train again"
            for name, n in made.unseen.items()
        ]
    )


def _served(workspace: Workspace) -> str | None:
    try:
        return current(workspace)
    except BundleError:
        return None


def _lost(workspace: Workspace, made: Built) -> str | None:
    """Return why data that lost most of what the served bundle knew is not served; None: it is.

    A clock that is wrong and a store that was emptied look like that.
    """
    try:
        live = read(folder_of(workspace, current(workspace)), workspace.secrets)
    except BundleError:
        return None
    pairs = made.dataset.interactions
    counts = {
        "people": (pairs.n_users, live.n_users),
        "pairs of person and item": (len(pairs), live.n_pairs),
    }
    for what, (now, before) in counts.items():
        if now < FLOOR * before:
            return f"{now} {what} are left of {before} that {live.name} knows"
    return None


def _kept(before: str | None, now: str | None) -> str:
    """Say what a training that was stopped leaves, by the bundles served before it and now."""
    if now != before:
        return f"bundle {now} is kept and served"
    served = "no bundle is served yet" if now is None else f"{now} is served as before"
    return f"nothing of this training is kept, {served}"


def _stands(workspace: Workspace) -> str:
    """Say how to go on with a training that was stopped."""
    return (
        f"`beholder train {workspace.root} --resume`, with the same options, goes on where this "
        "was stopped"
    )


def live_recipe(workspace: Workspace, known: Iterable[str]) -> Live | None:
    """Return the recipe of the bundle that is served, None without a readable one."""
    try:
        name = current(workspace)
        opened = recipe(folder_of(workspace, name))
    except BundleError:
        return None
    return live_of(name, opened.choice, opened.evaluation, known)


def plan_of(workspace: Workspace, plan: str | Path) -> Mapping[str, int]:
    """Read the decisions of a bundle, by its name, or of a `choice.json`.

    Raises
    ------
    UsageError
        If there is neither, or nothing that could be followed.
    """
    path = Path(plan)
    try:
        if path.is_file():
            found = msgspec.json.decode(path.read_bytes(), type=Choice).plan
        else:
            found = recipe(folder_of(workspace, str(plan))).choice.plan
    except (BundleError, OSError, ValueError) as error:
        raise UsageError(
            f"there is no plan {str(plan)!r}: it is neither a bundle of this workspace nor a "
            "choice.json",
            remedy="`beholder bundle list` shows the bundles",
            field="plan",
        ) from error
    if not found or min(found.values()) < 0:
        wrong = "decides nothing" if not found else "counts something below 0"
        raise UsageError(
            f"the plan {str(plan)!r} {wrong}",
            remedy="follow a bundle, or a choice.json as training writes it",
            field="plan",
        )
    return found


class _Publisher:
    """Writes each blend once, and promotes it unless it was refused.

    A first blend that stays the last one is written again, with all that was decided since:
    a plan that ends early could not be followed to the same bundle.
    """

    def __init__(self, workspace: Workspace, made: Built, seed: int) -> None:
        self.workspace, self.made, self.seed = workspace, made, seed
        self.done: tuple[Parts, str] | None = None
        self.last: Fitted | None = None  # what that was made of
        self.erased = 0  # people, since the events were read
        self.lost: str | None = None  # why nothing of this may be served
        self.carried = carried(workspace)

    @property
    def marked(self) -> list[str]:
        """What the last bundle is marked for, in words."""
        if not self.erased:
            return []
        people = f"{self.erased} people were" if self.erased > 1 else "somebody was"
        return [f"{people} erased while this was trained, and the bundle is marked: train again"]

    @property
    def misfits(self) -> list[str]:
        """Values of attributes that did not fit their types, in words."""
        return self.done[0].facets.misfits() if self.done is not None else []

    def __call__(self, fitted: Fitted) -> str:
        made, pairs = self.made, self.made.dataset.interactions
        origin = Origin(pairs.n_users, len(pairs), made.fingerprint, self.seed, made.newest)
        choice = choice_of(fitted, made.version)
        if self.done is not None and self.done[0].choice == choice:
            return self.done[1]
        if self.done is not None and fitted is self.last:
            contents = replace(self.done[0], choice=choice, heads=fitted.heads)
        else:
            contents = self._parts(fitted, choice)
        name = write_bundle(self.workspace, contents, origin)
        self._mark(name)
        if fitted.refused is None and self.lost is None:
            promote(self.workspace, name)
        self.done, self.last = (contents, name), fitted
        return name

    def _mark(self, name: str) -> None:
        """Mark a bundle if somebody was erased since the events were read: they are in it.

        An erasure marks what is there before it is done; this bundle was not.
        """
        highest, held = self.made.held
        with Store.open(self.workspace) as store:
            self.erased = held - store.held(highest)
        if self.erased:
            mark_bundle(self.workspace, name)

    def _parts(self, fitted: Fitted, choice: Choice) -> Parts:
        made, similar = self.made, None
        if self.done is not None and self.done[0].choice.likeness == choice.likeness:
            similar = self.done[0].similar
        declared = self.workspace.settings.facets
        parts = parts_of(fitted, made.dataset, made.items, made.version, declared, similar)
        return replace(parts, network=self.carried.network)
