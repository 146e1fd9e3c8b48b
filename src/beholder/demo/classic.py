"""The demo of the small network: CIFAR-10, whose pictures are shown, and learned from."""

from __future__ import annotations

import csv
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from beholder.bundle import network
from beholder.bundle.promote import current, folder_of, promote
from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.demo.cifar10 import CLASSES, Cifar, Labelled, read
from beholder.encoders.workspace import encode_workspace
from beholder.errors import BundleError, UsageError
from beholder.store import Store
from beholder.training.classic import (
    Classic,
    How,
    check,
    checkpoint_of,
    learn_examples,
    result,
    write,
)
from beholder.training.train import train_workspace
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.networks.classic import Examples

VALIDATION = 0.05  # of the training part


class Wanted(NamedTuple):
    """What the demo is to do with the data.

    Attributes
    ----------
    like
        The class that is liked, against all others; None: all ten are told apart.
    items
        How many pictures of the test part are shown.
    budget
        How long training what else is recommended may take.
    """

    like: str | None = None
    items: int = 2000
    budget: str = "40s"


def built(workspace: Workspace) -> bool:
    """Return whether a bundle with a network is served."""
    try:
        return network.load(folder_of(workspace, current(workspace))) is not None
    except BundleError:
        return False


def check_wanted(wanted: Wanted, how: How) -> None:
    """Refuse what cannot be shown, and whatever takes PyTorch without it.

    Raises
    ------
    UsageError
        If there is no such class, or a number makes no training.
    MissingExtraError
        If PyTorch is not installed.
    """
    if wanted.like is not None and wanted.like not in CLASSES:
        raise UsageError(
            f"there is no class {wanted.like!r} in CIFAR-10", remedy=f"one of {', '.join(CLASSES)}"
        )
    if wanted.items < 1:
        raise UsageError(f"{wanted.items} pictures make no demo", remedy="at least one")
    check(how)


def build(workspace: Workspace, place: Path, wanted: Wanted, how: How) -> Classic:
    """Import, encode, train the small network, train what else is recommended, and serve both.

    What was done before is not done again: the network goes on from its checkpoint.
    """
    began = time.monotonic()
    found = read(place, workspace, how.progress)
    _import(workspace, found.test, wanted.items, how)
    examples = _examples(found, wanted.like, how.seed)
    begun = checkpoint_of(workspace).exists()
    learned, trained = learn_examples(
        examples,
        how._replace(resume=begun),
        checkpoint_of(workspace),
        classes=CLASSES if wanted.like is None else (),
        of_people=False,
    )
    train_workspace(workspace, budget=wanted.budget, progress=how.progress)
    bundle = write(workspace, trained)
    promote(workspace, bundle)
    return result(learned, trained.record, bundle, found.notes, began)


def _import(workspace: Workspace, test: Labelled, n_items: int, how: How) -> None:
    """Write some pictures of the test part as files, import them, and encode them."""
    folder = workspace.root / "generated"
    media = folder / "media"
    media.mkdir(parents=True, exist_ok=True)
    with (folder / "items.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("item_id", "title", "class", "picture"))
        for number in range(min(n_items, len(test.labels))):
            name = f"cifar-{number:05d}"
            kind = CLASSES[test.labels[number]]
            Image.fromarray(test.pixels[number]).save(media / f"{name}.png")
            rows.writerow((name, f"{kind.capitalize()} {number}", kind, f"{name}.png"))
    with Store.open(workspace) as store:
        import_files(workspace, store, Request(folder / "items.csv", media), how.progress)
        encode_workspace(workspace, store, progress=how.progress)
    shutil.rmtree(media)  # the workspace has the pictures now


def _examples(found: Cifar, like: str | None, seed: int) -> Examples:
    """Return the parts: some of what is trained on says which epoch is best."""
    from beholder.networks.classic import Examples
    from beholder.networks.classic import Labelled as Rows

    def labels_of(part: Labelled) -> NDArray[np.int64]:
        return part.labels if like is None else (part.labels == CLASSES.index(like)).astype(int)

    labels = labels_of(found.train)
    order = np.random.default_rng([seed, 34]).permutation(len(labels))
    n = max(round(VALIDATION * len(order)), 1)
    pixels, test = found.train.pixels, found.test.pixels
    learned, chosen = np.sort(order[n:]), np.sort(order[:n])
    return Examples(
        Rows(pixels, learned, labels[learned]),
        Rows(pixels, chosen, labels[chosen]),
        Rows(test, np.arange(len(test)), labels_of(found.test)),
    )
