"""A new bundle, durable: a power cut leaves either no bundle or a whole one."""

from __future__ import annotations

import secrets as random
import shutil
import time

import msgspec

import beholder
from beholder.bundle import manifest, parts, promote
from beholder.bundle.signature import signing_key
from beholder.durable import folder_aside
from beholder.errors import BundleError
from beholder.workspace import Workspace

DAY = 86_400  # seconds


class Origin(msgspec.Struct):
    """What a bundle was made from."""

    n_users: int
    n_pairs: int
    data: str
    seed: int
    newest_event: int


def write_bundle(workspace: Workspace, contents: parts.Parts, origin: Origin) -> str:
    """Write a bundle aside, sync and rename it, and return its name. It is not promoted."""
    now = time.gmtime()
    name = _name(workspace, time.strftime("%Y%m%dT%H%M%S", now))
    ranking, outcomes = contents.choice.ranking, contents.choice.outcomes
    with folder_aside(workspace.bundles / name) as aside:
        parts.save(contents, aside)
        made = manifest.Manifest(
            format=manifest.FORMAT,
            version=beholder.__version__,
            name=name,
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", now),
            n_items=contents.items.num_rows,
            n_users=origin.n_users,
            n_pairs=origin.n_pairs,
            data=origin.data,
            seed=origin.seed,
            newest_event=origin.newest_event,
            files=manifest.digests(aside),
            ranker=msgspec.UNSET if ranking is None else ranking.why,
            outcomes=msgspec.UNSET if outcomes is None else outcomes.whole,
        ).signed(signing_key(workspace.secrets))
        (aside / "manifest.json").write_bytes(msgspec.json.encode(made))
    return name


def _name(workspace: Workspace, second: str) -> str:
    """Return a name that sorts after those of the same second."""
    taken = [int(name[-4:], 16) for name in promote.names(workspace) if name.startswith(second)]
    return f"{second}-{max(taken) + 1 if taken else random.randbelow(0x8000):04x}"


def remove_old(workspace: Workspace, keep: int) -> list[str]:
    """Delete the oldest bundles beyond `keep`, never the current one; return their names.

    What a killed training left aside goes too, once it is a day old.
    """
    for aside in workspace.bundles.glob(".*.part"):
        if time.time() - aside.stat().st_mtime > DAY:
            shutil.rmtree(aside)
    served = promote.current(workspace)
    surplus = [name for name in promote.names(workspace)[:-keep] if name != served]
    for name in surplus:
        _delete(workspace, name)
    return surplus


def remove(workspace: Workspace, name: str) -> None:
    """Delete a bundle that is not served.

    Raises
    ------
    BundleError
        If there is none of this name, or it is served.
    """
    promote.folder_of(workspace, name)
    if name == promote.current(workspace):
        raise BundleError(f"{name} is served", remedy="promote another one first, or train")
    _delete(workspace, name)


def _delete(workspace: Workspace, name: str) -> None:
    # Renamed first: killed halfway, it must not look like a bundle any more.
    aside = (workspace.bundles / name).rename(workspace.bundles / f".{name}.old.part")
    shutil.rmtree(aside)
    workspace.mark_of(name).unlink(missing_ok=True)
