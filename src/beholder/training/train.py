"""`beholder train`: from a workspace to a promoted bundle, the first one within a minute."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from beholder.bundle.promote import promote
from beholder.bundle.write import Origin, remove_old, write_bundle
from beholder.dataset.build import Built, build
from beholder.errors import UsageError
from beholder.progress import SILENT, Progress
from beholder.store.store import Store
from beholder.training.auto import Fitted, fit_auto
from beholder.training.budget import Clock, seconds
from beholder.training.grid import MEMBERS
from beholder.training.parts_of import parts_of
from beholder.workspace import Workspace


class Trained(msgspec.Struct):
    """What training did.

    Attributes
    ----------
    bundle
        Name of the promoted bundle.
    first_after
        Seconds until the first bundle could be served.
    table, notes
        Why the blend is what it is.
    """

    bundle: str
    n_items: int
    n_users: int
    n_pairs: int
    first_after: float
    seconds: float
    table: list[dict[str, object]]
    notes: list[str]


def train_workspace(
    workspace: Workspace,
    *,
    budget: str | None = None,
    models: Iterable[str] = (),
    seed: int | None = None,
    progress: Progress = SILENT,
) -> Trained:
    """Fit `auto` on everything in the workspace, write a bundle, and promote it.

    Parameters
    ----------
    budget
        `90s`, `10m`, `1h`; the settings' by default.
    models
        Names of members to consider; empty: the settings', or all.

    Raises
    ------
    UsageError
        For an unknown model name.
    WorkspaceError
        If there are no items.
    """
    settings = workspace.settings
    only = list(models) or settings.train.models
    for name in only:
        if name not in MEMBERS and name != "auto":
            raise UsageError(f"there is no model {name!r}", remedy="one of " + ", ".join(MEMBERS))
    chosen = [name for name in only if name != "auto"]
    allowed = seconds(budget or settings.train.budget)
    clock = Clock(allowed)
    used_seed = settings.train.seed if seed is None else seed
    with Store.open(workspace) as store:
        expired = store.expire()
        if expired:
            progress.note(f"{expired} events were older than privacy.retention_days: deleted")
        made = build(workspace, store, used_seed)
    firsts: list[float] = []

    def first(fitted: Fitted) -> None:
        name = _publish(workspace, fitted, made, used_seed)
        firsts.append(clock.spent)
        progress.note(f"first bundle {name} after {clock.spent:.0f} s; it gets better")

    fitted = fit_auto(
        made.dataset,
        seed=used_seed,
        budget=clock.left,
        progress=progress,
        only=chosen,
        first=first,
    )
    name = _publish(workspace, fitted, made, used_seed)
    remove_old(workspace, settings.train.keep_bundles)
    pairs = made.dataset.interactions
    return Trained(
        name,
        made.dataset.n_items,
        pairs.n_users,
        len(pairs),
        firsts[0] if firsts else clock.spent,
        clock.spent,
        fitted.table,
        fitted.notes,
    )


def _publish(workspace: Workspace, fitted: Fitted, made: Built, seed: int) -> str:
    pairs = made.dataset.interactions
    origin = Origin(pairs.n_users, len(pairs), made.fingerprint, seed, made.newest)
    name = write_bundle(workspace, parts_of(fitted, made.dataset, made.items, made.version), origin)
    promote(workspace, name)
    return name
