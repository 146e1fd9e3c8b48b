"""`beholder train --dry-run`: which models suit the data, the machine and the budget, and why."""

from __future__ import annotations

import time
from collections.abc import Iterable

import msgspec

from beholder.blending.members import Member, lacks, members_of, named
from beholder.blending.validation import validation
from beholder.dataset.build import build
from beholder.dataset.dataset import Dataset
from beholder.models.contract import Card
from beholder.models.dense import DENSE_LIMIT, solvable
from beholder.models.own import load_own
from beholder.models.registry import MODELS
from beholder.scorers.item_item import kept_of
from beholder.store.store import Store
from beholder.training.auto import SLOW
from beholder.training.budget import check_seed, seconds, told
from beholder.training.classic import How
from beholder.training.dry_run_networks import networks
from beholder.training.dry_run_tuned import tuned_line
from beholder.training.foreseen import Line, with_memory
from beholder.training.outcomes import examples, expected
from beholder.training.rehearsal import Imagined, Rehearsal
from beholder.training.room import no_room, with_room
from beholder.training.train import live_recipe
from beholder.training.tuned import Asked
from beholder.workspace import Workspace

AFTER = "where it is put to use, a bundle is trained with it: that is not in these seconds"
ENTRY = 8  # bytes of an entry of a row: its number, and of which item
NUMBER = 4


class DryRun(msgspec.Struct):
    """What a training would be.

    Attributes
    ----------
    budget
        In seconds; None: a network ends by its epochs alone.
    seconds
        About what it takes together at most, as if every member got a weight and were fitted again;
        networks, which `train` does not train, are not in it.
    took
        What it took to say so.
    """

    budget: float | None
    seconds: float
    lines: list[Line]
    notes: list[str]
    took: float = 0.0


def dry_run(
    workspace: Workspace,
    *,
    budget: str | float | None = None,
    models: str | Iterable[str] = (),
    seed: int | None = None,
) -> DryRun:
    """Say what training would do, and which networks could be trained; nothing is written.

    Raises
    ------
    UsageError
        For an unknown model name.
    WorkspaceError
        If there are no items.
    """
    began = time.monotonic()
    settings = workspace.settings
    load_own(settings.train.modules)
    chosen = named(models or settings.train.models)
    used_seed = check_seed(settings.train.seed if seed is None else seed)
    allowed = seconds(settings.train.budget if budget is None else budget)
    with Store.open(workspace) as store:
        notes = _old(workspace, store)
        made = build(workspace, store, used_seed)
        dataset = made.dataset
        if not len(dataset.interactions):
            notes.append("nobody has liked anything yet: what learns from behaviour says nothing")
        notes += expected(examples(made, store))
        ready = time.monotonic()
        until = None if budget is None else allowed
        trained = [] if models else networks(workspace, store, How(seed=used_seed), until)
    members, left_out = members_of(dataset, chosen)
    members, too_large = with_room(members, dataset, asked=False)
    lines, spent = _not_able(dataset, chosen) + _too_large(too_large, dataset), 0.0
    if members or not (left_out or too_large):
        clock = Imagined(allowed, ready - began)
        walk = _walk(workspace, dataset, members, clock, used_seed)
        own = [_line(member, dataset, walk, allowed) for member in members]
        lines, spent = [*own, *lines, *_always(walk, dataset)], clock.spent
    return DryRun(allowed, spent, lines + trained, notes, time.monotonic() - began)


def dry_run_network(workspace: Workspace, name: str, how: How, budget: float | None) -> DryRun:
    """Say what training a network would be; raises as `dry_run` does."""
    began = time.monotonic()
    with Store.open(workspace) as store:
        notes = _old(workspace, store)
        lines = networks(workspace, store, how, budget, name)
    return _of_networks(budget, lines, notes, began)


def dry_run_tuned(workspace: Workspace, asked: Asked) -> DryRun:
    """Say what tuning an encoder would be; raises as `dry_run` does."""
    began = time.monotonic()
    with Store.open(workspace) as store:
        notes = [*_old(workspace, store), AFTER]
        lines = [tuned_line(workspace, store, asked)]
    return _of_networks(asked.budget, lines, notes, began)


def _of_networks(budget: float | None, lines: list[Line], notes: list[str], began: float) -> DryRun:
    spent = sum(line.seconds or 0.0 for line in lines)
    return DryRun(budget, spent, lines, notes, time.monotonic() - began)


def _old(workspace: Workspace, store: Store) -> list[str]:
    old = store.ending().old if workspace.settings.privacy.retention_days else 0
    said = f"{old} events are older than privacy.retention_days: training deletes them first"
    return [said] if old else []


def _walk(
    workspace: Workspace, dataset: Dataset, members: list[Member], clock: Imagined, seed: int
) -> Rehearsal:
    began = time.monotonic()
    held = validation(dataset, seed)
    possible, _ = with_room(members_of(dataset)[0], dataset, asked=False)
    live = live_recipe(workspace, [member.name for member in possible])
    clock.passed += time.monotonic() - began
    walk = Rehearsal(dataset, held, clock, seed, live.missing if live else ())
    walk.run(members)
    return walk


def _line(member: Member, dataset: Dataset, walk: Rehearsal, allowed: float) -> Line:
    name = member.name
    left_out = walk.left_out.get(name)
    room = bytes_of(member.card, dataset)
    line = Line(name, "member", memory=room, left_out=left_out)
    with_memory(line)
    if left_out == f"{name} {SLOW}":
        line.machine = "answers would not stay quick with it"
        return line
    if member.by_behaviour and not len(dataset.interactions):
        line.data = "nobody has liked anything yet"
    line.seconds = walk.seconds.get(name)
    if left_out is not None:
        line.budget = f"{told(allowed)} are too short for it, beside what comes before it"
    elif name in walk.short:
        line.budget = "it would end before its last round"
    return line


def _not_able(dataset: Dataset, chosen: list[str]) -> list[Line]:
    """Return the models that cannot learn from the data, or not here."""
    asked, found = {name.split(":")[0] for name in chosen}, []
    for model in MODELS.values():
        card = model.card
        lacking = lacks(card, dataset)
        if card.part != "member" or lacking is None or (asked and card.name not in asked):
            continue
        data = lacks(card._replace(needs=None), dataset)
        machine = lacking if lacking != data else None
        why = f"{card.name} is left out: {lacking}"
        found.append(Line(card.name, "member", data, machine, left_out=why))
    return found


def _too_large(too_large: dict[str, str], dataset: Dataset) -> list[Line]:
    """Return the members that do not fit into the memory that is free."""
    found = {name: MODELS[name.split(":")[0]].card for name in too_large}
    return [
        Line(
            name,
            "member",
            machine=why,
            memory=bytes_of(found[name], dataset),
            left_out=no_room(name, why),
        )
        for name, why in too_large.items()
    ]


def _always(walk: Rehearsal, dataset: Dataset) -> list[Line]:
    spent = {"popularity": walk.popular, "placing": walk.placing}
    return [
        Line(
            model.card.name,
            "always",
            seconds=spent[model.card.part],
            memory=bytes_of(model.card, dataset),
        )
        for model in MODELS.values()
        if model.card.part != "member"
    ]


def bytes_of(card: Card, dataset: Dataset) -> int:
    """Return about how much memory a member takes while it is fitted, beside the data."""
    if card.memory is not None:
        return max(card.memory(dataset, settings) for settings in card.trials)
    n = dataset.n_items
    if card.part == "popularity":
        return NUMBER * n
    if card.factors:
        width = max(int(settings.factors) for settings in card.trials)
        return NUMBER * width * (n + dataset.interactions.n_users)
    rows = ENTRY * min(kept_of(n), n) * n
    if card.cost != "solve":
        return rows
    solved = len(solvable(dataset, DENSE_LIMIT))
    return rows + 2 * NUMBER * solved**2
