"""Where a training of models stands, so that another goes on with it: `train --resume`.

What was fitted by PyTorch stands in checkpoints, vectors of people among them; the rest is fitted
again. They go with the end of the training, and whenever `store.checkpoints` says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from beholder import __version__
from beholder.dataset.build import Built
from beholder.durable import write_file
from beholder.errors import DataError, UsageError
from beholder.models.contract import CHECKPOINT
from beholder.progress import Progress
from beholder.settings import Settings
from beholder.store import checkpoints
from beholder.workspace import Workspace

OURS, ABOUT = "member", "members.json"  # how files begin; and of what data all of them are
NONE = "there is nothing to go on with: begun anew"
ANEW = "train without --resume: that begins anew"


class About(msgspec.Struct, frozen=True):
    """What may not be another when a training goes on.

    Attributes
    ----------
    data, settings
        Digests.
    models
        Names of those that are considered; none: all.
    plan
        The decisions that are followed, as JSON; empty: the clock decides.
    """

    data: str
    settings: str
    seed: int
    version: str
    models: tuple[str, ...] = ()
    plan: str = ""

    @classmethod
    def of(
        cls,
        made: Built,
        settings: Settings,
        seed: int,
        models: Sequence[str] = (),
        plan: Mapping[str, int] | None = None,
    ) -> About:
        """Return it of a training."""
        modules = settings.train.modules
        read = (settings.behaviour, settings.encode.encoders, settings.facets, modules)
        told = hashlib.blake2b(msgspec.json.encode(read), digest_size=16)
        followed = "" if plan is None else json.dumps(plan, sort_keys=True)
        names = tuple(sorted(models))
        return cls(made.fingerprint, told.hexdigest(), seed, __version__, names, followed)


def place(workspace: Workspace, resume: bool) -> Path:
    """Return the folder of checkpoints, with those of models if they are gone on with.

    To be asked for before the events are read: who is erased later takes it away.
    """
    folder = checkpoints.make(workspace)
    if not resume:
        end(folder)
    return folder


def begin(folder: Path, about: About, resume: bool, progress: Progress) -> None:
    """Say what is trained on, and see whether that is what is gone on with.

    Raises
    ------
    UsageError
        If there is another training, and which data or setting is another.
    DataError
        If what is there cannot be read.
    """
    path = folder / ABOUT
    if resume and path.exists():
        try:
            before = msgspec.json.decode(path.read_bytes(), type=About)
        except msgspec.MsgspecError as error:
            raise DataError(f"{path} cannot be read: {error}", remedy=ANEW) from error
        _check(before, about)
        return
    if resume:
        progress.note(NONE)
        end(folder)
    with suppress(FileNotFoundError):  # somebody was erased since
        write_file(path, msgspec.json.encode(about), mode=0o600)


def left(workspace: Workspace) -> bool:
    """Whether a training of models stands somewhere, and can be gone on with."""
    return any(workspace.checkpoints.glob(f"{CHECKPOINT}*.safetensors"))


def end(folder: Path) -> None:
    """Take away where a training stood that is done."""
    checkpoints.remove(folder, OURS)


def _check(before: About, now: About) -> None:
    names = {
        "data": "items, pictures or events changed",
        "settings": "the settings of behaviour, encoders, facets or modules changed",
        "seed": f"it was drawn with seed {before.seed}, not {now.seed}",
        "version": f"it was begun by version {before.version}, this is {now.version}",
        "models": f"the models were {_named(before)}, and are {_named(now)}",
        "plan": "the plan that is followed changed",
    }
    told = [why for name, why in names.items() if getattr(before, name) != getattr(now, name)]
    if told:
        raise UsageError(
            f"the training that stopped cannot go on to the same end: {'; '.join(told)}",
            remedy=ANEW,
            field="resume",
        )


def _named(about: About) -> str:
    return ", ".join(about.models) or "all"
