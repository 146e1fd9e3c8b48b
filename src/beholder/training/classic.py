"""`beholder train --tune-encoder small-cnn`: a small network learns a taste from pixels alone.

That of everybody goes into a copy of the bundle that is served, which is promoted; that of one
person is sealed under their key, and stands in no bundle.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import msgspec

from beholder.bundle import manifest
from beholder.bundle.network import Network, NetworkRecord, packed
from beholder.bundle.opened import open_bundle
from beholder.bundle.promote import current, folder_of, promote
from beholder.bundle.write import Origin, remove_old, write_bundle
from beholder.errors import BundleError, UsageError
from beholder.networks import door
from beholder.progress import SILENT, Progress
from beholder.settings import Augmentation
from beholder.store import checkpoints
from beholder.store.erase import mark_bundle
from beholder.store.locks import training_lock
from beholder.store.store import Store
from beholder.training.liked_pictures import Items, examples_of
from beholder.training.likes import of_everybody, of_person
from beholder.training.train import train_workspace
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.networks.classic import Examples, Learned
    from beholder.networks.task import Epoch

NAME = "small-cnn"
MARKED = "somebody was erased meanwhile, and the bundle is marked: train again"
FIRST = "60s"  # for a bundle to put the network into, where there is none
PATIENCE = 5  # epochs

LossName = Literal["bce", "mse", "cross-entropy"]


class How(NamedTuple):
    """How the small network is trained; see the options of the command.

    Attributes
    ----------
    deadline
        Of `time.monotonic`.
    told
        Told of each epoch.
    """

    epochs: int = 10
    batch: int = 64
    rate: float = 1e-3
    loss: LossName = "bce"
    seed: int = 7
    augment: tuple[Augmentation, ...] = ()
    deadline: float | None = None
    resume: bool = False
    events: Path | None = None
    progress: Progress = SILENT
    told: Callable[[Epoch, bool], None] = lambda epoch, old: None


class Classic(msgspec.Struct, frozen=True):
    """What a training of the small network did.

    Attributes
    ----------
    bundle
        In which it is served; None: it is one person's, or no better than chance.
    used
        Whether it is surely better than chance, and answers.
    epochs, best, ended
        How many were done, which was kept, and why it ended.
    """

    network: NetworkRecord
    bundle: str | None
    used: bool
    epochs: int
    best: int
    ended: str
    notes: list[str]
    seconds: float


def check(how: How) -> None:
    """Refuse what cannot be trained, before anything is read.

    Raises
    ------
    MissingExtraError
        If PyTorch, or the writer of event files, is not installed.
    UsageError
        If a number makes no training.
    """
    door.check("--tune-encoder small-cnn")
    if how.events is not None:
        door.check_tensorboard()
    check_numbers(how)


def check_numbers(how: How) -> None:
    """Refuse numbers that make no training; raises a UsageError."""
    if how.epochs < 1 or how.batch < 1 or not 0 < how.rate < 1:
        raise UsageError(
            f"{how.epochs} epochs in batches of {how.batch} with a step of {how.rate:g}",
            remedy="at least one of each, and a step between 0 and 1",
        )


def train_classic(workspace: Workspace, how: How) -> Classic:
    """Train on what everybody likes, and serve it in a bundle.

    Raises
    ------
    DataError
        If too little is liked, or too few pictures can be read.
    WorkspaceError
        If there are no items.
    """
    check(how)
    began = time.monotonic()
    notes = serve_something(workspace, how.progress)
    with training_lock(workspace):
        with Store.open(workspace) as store:
            notes += _expired(store)
            checkpoints.make(workspace)
            highest = store.highest_person()
            held = store.held(highest)
            items = Items.of(workspace, store)
            told, left = of_everybody(
                store.training_events("train"), items.places, workspace.settings.behaviour
            )
        examples, said = examples_of(workspace, items, told, how.seed, how.progress)
        learned, network = learn_examples(examples, how, checkpoint_of(workspace))
        bundle = write(workspace, network) if network.record.sure else None
        with Store.open(workspace) as store:
            if store.held(highest) < held and bundle is not None:
                mark_bundle(workspace, bundle)
                notes.append(MARKED)
        if bundle is not None:
            promote(workspace, bundle)
            remove_old(workspace, workspace.settings.train.keep_bundles)
    return result(learned, network.record, bundle, [*notes, *left, *said], began)


def train_for(workspace: Workspace, user: str, how: How) -> Classic:
    """Train on what one person likes, and keep it under them alone.

    Raises
    ------
    UsageError
        If nothing is known of them, or they do not allow it.
    DataError
        As `train_classic`.
    """
    check(how)
    if how.resume or how.events is not None:
        raise UsageError(
            "nothing of one person's training is written down but what it ends with",
            remedy="leave --resume and --tensorboard out",
        )
    began = time.monotonic()
    with Store.open(workspace) as store:
        ended = _expired(store)
        seen = store.snapshot(user)
        if not seen.known:
            raise UsageError(f"nothing is known of {user!r}", remedy="record what they like first")
        if not seen.profiling:
            raise UsageError(
                "this person refuses that their own recommendations are made of what they did",
                remedy="`beholder user purposes` shows what they allow",
            )
        items = Items.of(workspace, store)
        told = of_person(seen, items.places, workspace.settings.behaviour)
        examples, said = examples_of(workspace, items, told, how.seed, how.progress)
        learned, network = learn_examples(examples, how, None)
        if network.record.sure:
            store.keep_network(user, packed(network))
    return result(learned, network.record, None, [*ended, *said], began)


def _expired(store: Store) -> list[str]:
    """Delete what may no longer be kept, before anything is learned from it."""
    n = store.expire()
    return [f"{n} events were older than privacy.retention_days: deleted"] if n else []


def serve_something(workspace: Workspace, progress: Progress) -> list[str]:
    """See to it that there is a bundle to put a network into; return what was done, in words.

    One that is not whole is an error now, and not after the training.
    """
    try:
        served = current(workspace)
    except BundleError:
        made = train_workspace(workspace, budget=FIRST, progress=progress)
        return [f"no bundle was served: {made.bundle} was trained first, in {made.seconds:.0f} s"]
    open_bundle(workspace, served)
    return []


def checkpoint_of(workspace: Workspace) -> Path:
    """Return where the training for everybody stands."""
    return workspace.checkpoints / f"{NAME}.safetensors"


def learn_examples(
    examples: Examples,
    how: How,
    checkpoint: Path | None,
    *,
    classes: tuple[str, ...] = (),
    of_people: bool = True,
) -> tuple[Learned, Network]:
    """Train on labelled pictures; without names of classes they are liked or not."""
    from beholder.networks.classic import learn
    from beholder.networks.task import Options

    options = Options(
        epochs=how.epochs,
        rate=how.rate,
        seed=how.seed,
        patience=PATIENCE,
        deadline=how.deadline,
        progress=how.progress,
        checkpoint=checkpoint,
        resume=how.resume,
        events=how.events,
        told=how.told,
    )
    outputs = len(classes) or (2 if how.loss == "cross-entropy" else 1)
    learned = learn(examples, how.loss, outputs, how.batch, options, how.augment)
    return learned, _network(learned, examples, how.loss, classes, of_people)


def _network(
    learned: Learned, examples: Examples, loss: str, classes: tuple[str, ...], of_people: bool
) -> Network:
    """Return what was learned, with what is known of it."""
    from beholder.measures import accuracy, auc, commonest

    labels = examples.test.labels
    record = NetworkRecord(
        name=NAME,
        made=time.time_ns() // 1_000_000,
        loss=loss,
        classes=classes,
        of_people=of_people,
        trained=len(examples.train.labels),
        tested=len(labels),
        accuracy=accuracy(learned.scores, labels),
        auc=None if classes else auc(learned.scores[:, -1], labels),
        always=commonest(labels) if classes else float((labels == 0).mean()),
    )
    return Network(record, learned.onnx)


def write(workspace: Workspace, network: Network) -> str:
    """Write the bundle that is served once more, with a network in it, and return its name."""
    served = current(workspace)
    opened = open_bundle(workspace, served)
    made = manifest.read(folder_of(workspace, served), workspace.secrets)
    origin = Origin(made.n_users, made.n_pairs, made.data, made.seed, made.newest_event)
    name = write_bundle(workspace, replace(opened.parts, network=network), origin)
    if workspace.mark_of(served).exists():
        mark_bundle(workspace, name)
    return name


def result(
    learned: Learned, record: NetworkRecord, bundle: str | None, notes: list[str], began: float
) -> Classic:
    """Return what is told of a training."""
    trained = learned.trained
    return Classic(
        record,
        bundle,
        record.sure,
        len(trained.epochs),
        trained.best.number,
        trained.ended,
        notes,
        time.monotonic() - began,
    )
