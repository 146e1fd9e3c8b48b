"""`beholder train --tune-encoder`: an encoder that learned what people like.

It becomes an encoder of the workspace, in a file and with a version of its own. Where it is surely
better than the frozen one, it is written into the settings, and a bundle is trained with it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.blending.measure import Values
from beholder.dataset.build import build
from beholder.encoders import own_network
from beholder.encoders.item_network import KIND as MMCNN
from beholder.encoders.item_network import Reads, codes_of, numbered
from beholder.encoders.lite0_weights import SIDE as USUAL
from beholder.encoders.own_graph import VIEWS
from beholder.encoders.own_network import OWN
from beholder.encoders.registry import graphs
from beholder.encoders.workspace import encode_workspace
from beholder.errors import SettingsError, UsageError
from beholder.networks import door
from beholder.progress import SILENT, Progress
from beholder.settings import Augmentation
from beholder.settings_line import replace_value
from beholder.store import checkpoints
from beholder.store.erase import mark_network
from beholder.store.locks import training_lock
from beholder.store.store import Store
from beholder.training.budget import Clock
from beholder.training.lessons import FROZEN, Taught, taught
from beholder.training.train import Trained, train_workspace
from beholder.training.vocabulary import vocabulary_of
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.networks.task import Epoch, Options
    from beholder.networks.tuned import Lessons, Tuned, Tuning

PATIENCE = 4  # epochs
SIDE, LEAST_SIDE = 96, 32  # of the pictures of a network that is tuned, at most and at least
SURE = 2.0  # standard errors that a gain is above 0
HALF = 0.5  # of the budget at most is for tuning
RATE = 1e-3
BATCHES = {"projection": 1024, "last": 64, "all": 64, MMCNN: 64}
SIDES = {"last": SIDE, "all": SIDE, MMCNN: 64}  # where none is asked for


class Asked(NamedTuple):
    """What to tune, and how; see the options of the command.

    Attributes
    ----------
    budget
        Seconds for tuning and training; None: as many epochs as asked for, and the settings'.
    words
        With `mmcnn`: what reads words.
    """

    kind: str
    epochs: int = 10
    batch: int | None = None
    rate: float | None = None
    seed: int = 7
    side: int | None = None
    augment: tuple[Augmentation, ...] = ()
    views: int = 1
    words: Reads = "conv"
    budget: float | None = None
    resume: bool = False
    events: Path | None = None
    progress: Progress = SILENT
    told: Callable[[Epoch, bool], None] = lambda epoch, old: None


class TunedEncoder(msgspec.Struct, frozen=True):
    """What tuning an encoder came to.

    Attributes
    ----------
    used
        Whether it was surely better, and is written into the settings.
    against
        What it is compared with: the frozen encoder, or with `mmcnn` words alone where they are
        the better one.
    frozen, ndcg, gain, error
        NDCG@10 of that and of this encoder, by vectors alone, on held-out items; the mean
        difference by case, and its standard error.
    trained
        The bundle that was trained with it; None: none was.
    """

    encoder: str
    used: bool
    against: str
    frozen: float
    ndcg: float
    gain: float
    error: float
    epochs: int
    best: int
    ended: str
    trained: Trained | None
    notes: list[str]
    seconds: float


def check_asked(asked: Asked) -> None:
    """Refuse what cannot be tuned, before anything is read.

    Raises
    ------
    MissingExtraError
        If PyTorch, or the writer of event files, is not installed.
    UsageError
        If a number makes no training.
    """
    door.check(f"--tune-encoder {asked.kind}")
    if asked.events is not None:
        door.check_tensorboard()
    check_numbers(asked)


def check_numbers(asked: Asked) -> None:
    """Refuse numbers that make no training; raises a UsageError."""
    batch, rate = asked.batch or BATCHES[asked.kind], asked.rate or RATE
    if asked.epochs < 1 or batch < 4 or not 0 < rate < 1:
        raise UsageError(
            f"{asked.epochs} epochs in batches of {batch} with a step of {rate:g}",
            remedy="at least one epoch, four pictures, and a step between 0 and 1",
        )
    if not LEAST_SIDE <= side_of(asked) <= SIDE or asked.views not in VIEWS:
        raise UsageError(
            f"pictures of {side_of(asked)} pixels in {asked.views} views",
            remedy=f"{LEAST_SIDE} to {SIDE} pixels, and 1 or 2 views",
        )
    if asked.kind == MMCNN and "mix" in asked.augment:
        raise UsageError(
            "mixed pictures have no words that fit them",
            remedy=f"leave mix out of --augment and of train.augment with {MMCNN}",
        )


def side_of(asked: Asked) -> int:
    """Return the width and height of the pictures that are looked at."""
    return asked.side or SIDES.get(asked.kind, SIDE)


def tune_encoder(workspace: Workspace, asked: Asked) -> TunedEncoder:
    """Tune an encoder, and serve a bundle with it where it is surely better.

    Raises
    ------
    DataError
        If too little is liked, or too few pictures can be read.
    WorkspaceError
        If there are no items.
    """
    check_asked(asked)
    clock = Clock(asked.budget or 0.0)
    with training_lock(workspace):
        with Store.open(workspace) as store:
            expired = store.expire()
            checkpoints.make(workspace)
            every = dict.fromkeys([*workspace.settings.encode.encoders, FROZEN])
            encode_workspace(workspace, store, list(every), asked.progress)
            built = build(workspace, store, asked.seed)
        lessons = taught(workspace, built, asked.seed, words=asked.kind == MMCNN)
        made, said = _learned(workspace, lessons, built.fingerprint, asked, clock)
        name = own_network.keep(graphs(workspace), asked.kind, made.onnx)
        notes = [f"{expired} events were older than privacy.retention_days: deleted"] * bool(
            expired
        )
        of = "items" if asked.kind == MMCNN else "pictures"
        learned = f"tuned on {len(lessons.first)} couples of {int(lessons.fitted.sum())} {of}"
        notes += [*built.left_out, learned, *lessons.notes, *said]
        with Store.open(workspace) as store:
            highest, held = built.held
            if store.held(highest) < held:
                mark_network(own_network.mark_of(name, graphs(workspace)))
                notes.append("somebody was erased meanwhile, and it is marked: tune again")
            encode_workspace(workspace, store, [name], asked.progress)
    against, before = "frozen", lessons.frozen(workspace)
    if asked.kind == MMCNN and (words := lessons.by_words()).mean() > before.mean():
        against, before = "words", words
    after = lessons.reached(workspace, name)
    gain, error = _gain(after - before)
    used = gain > SURE * error
    trained = None
    if used:
        use(workspace, name)
        left = None if asked.budget is None else max(clock.left, 1.0)
        trained = train_workspace(
            Workspace.open(workspace.root), budget=left, seed=asked.seed, progress=asked.progress
        )
    epochs = made.trained.epochs
    return TunedEncoder(
        name,
        used,
        against,
        float(before.mean()),
        float(after.mean()),
        gain,
        error,
        len(epochs),
        made.trained.best.number,
        made.trained.ended,
        trained,
        notes,
        clock.spent,
    )


def _learned(
    workspace: Workspace, lessons: Taught, made: str, asked: Asked, clock: Clock
) -> tuple[Tuned, list[str]]:
    """Return what was learned, and notes in words; `made` is of what the lessons are."""
    from beholder.networks.tuned import Lessons, Tuning

    alone, side = asked.kind == "projection", side_of(asked)
    inputs: NDArray[Any]
    if alone:
        inputs = lessons.features(workspace)
    else:
        inputs = lessons.pixels(workspace, side, asked.progress)
    tuning = Tuning(
        asked.kind, asked.batch or BATCHES[asked.kind], asked.augment, asked.views, asked.words
    )
    told = Lessons(inputs, lessons.first, lessons.second, lessons.chooser.judged, made=made)
    options = _options(workspace, asked, clock)
    if asked.kind == MMCNN:
        return _of_items(lessons, told, tuning, options)

    from beholder.encoders.lite0_graph import folded
    from beholder.encoders.lite0_weights import read_weights, weights_file
    from beholder.networks.tuned import tune

    weights = folded(read_weights(weights_file()))
    return tune(weights, told, tuning, lessons.chooser, USUAL if alone else side, options), []


def _of_items(
    lessons: Taught, told: Lessons, tuning: Tuning, options: Options
) -> tuple[Tuned, list[str]]:
    from beholder.networks.mmcnn_task import tune_items

    vocabulary, notes = vocabulary_of(lessons.terms, lessons.fitted)
    words = codes_of(lessons.terms, numbered(vocabulary))
    there = np.stack([lessons.pictured, words[:, 0] > 0], axis=1)
    told = told._replace(words=words, there=there)
    return tune_items(told, vocabulary, tuning, lessons.chooser, options), notes


def _options(workspace: Workspace, asked: Asked, clock: Clock) -> Options:
    from beholder.networks.task import Options

    return Options(
        epochs=asked.epochs,
        rate=asked.rate or RATE,
        seed=asked.seed,
        patience=PATIENCE,
        deadline=None if asked.budget is None else time.monotonic() + HALF * clock.left,
        progress=asked.progress,
        checkpoint=workspace.checkpoints / f"tuned-{asked.kind}.safetensors",
        resume=asked.resume,
        events=asked.events,
        told=asked.told,
    )


def untuned(
    workspace: Workspace, budget: str | None, seed: int | None, progress: Progress = SILENT
) -> Trained:
    """Take encoders of the workspace's own out of the settings, and train without them."""
    use(workspace, None)
    again = Workspace.open(workspace.root)
    return train_workspace(again, budget=budget, seed=seed, progress=progress)


def use(workspace: Workspace, name: str | None) -> None:
    """Write an own encoder into the settings in place of those that are there; None: none.

    Raises
    ------
    SettingsError
        If the environment says otherwise, or there is no place for it.
    """
    before = workspace.settings.encode.encoders
    wanted = [each for each in before if not each.startswith(OWN)] + ([name] if name else [])
    if wanted == before:
        return
    replace_value(workspace.toml, "encode", "encoders", wanted)
    if Workspace.open(workspace.root).settings.encode.encoders != wanted:
        raise SettingsError(
            "BEHOLDER_ENCODE_ENCODERS names other encoders than the settings file now does",
            remedy=f"let it name {', '.join(wanted)}, or unset it; then `beholder train`",
        )


def _gain(difference: Values) -> tuple[float, float]:
    """Return the mean of a difference by case, and its standard error."""
    n = len(difference)
    return float(difference.mean()), float(difference.std(ddof=1) / np.sqrt(n))
