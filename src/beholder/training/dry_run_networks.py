"""What `--tune-encoder` would take: whether a network can learn here, and how long it would."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib.util import find_spec

import numpy as np

from beholder.encoders import small_pictures
from beholder.encoders.small_cnn import SIDE
from beholder.errors import DataError
from beholder.media import originals
from beholder.progress import Silent
from beholder.store.store import Store
from beholder.training.budget import told
from beholder.training.classic import NAME, How
from beholder.training.foreseen import Line, with_memory
from beholder.training.liked_pictures import PARTS, Items
from beholder.training.likes import Likes, likes_of, of_everybody
from beholder.workspace import Workspace

READ = 24  # pictures that are read to learn how long all take
# Of the small network: its weights, each held five times (with its gradient, two moments of Adam
# and the best so far), and what a picture leaves between the layers, there and back.
WEIGHTS, HELD, A_PICTURE = 4_336_257, 5, 2_200_000
NUMBER = 4

Foresee = Callable[[Workspace, Store, How, float | None], Line]


def networks(
    workspace: Workspace, store: Store, how: How, budget: float | None, name: str | None = None
) -> list[Line]:
    """Return a line for each network, or for one.

    Parameters
    ----------
    budget
        Seconds; None: it ends by its epochs alone.
    """
    return [
        foresee(workspace, store, how, budget)
        for own, foresee in NETWORKS.items()
        if name in (None, own)
    ]


def small_cnn(workspace: Workspace, store: Store, how: How, budget: float | None) -> Line:
    """Return what training the small network for everybody would be."""
    line = Line(NAME, "network")
    if find_spec("torch") is None:
        line.machine = "it needs pip install 'beholder[torch]'"
    items = Items.of(workspace, store)
    try:
        likes, covers = _likes(workspace, store, items, how.seed)
    except DataError as error:
        line.data = error.message
    else:
        line.memory = NUMBER * HELD * WEIGHTS + A_PICTURE * how.batch + 3 * SIDE**2 * len(covers)
        with_memory(line)
        if find_spec("torch") is not None:
            line.seconds = _seconds(workspace, likes, covers, how)
            if budget is not None and line.seconds > budget:
                line.budget = f"{told(budget)} end it before its last epoch"
    if line.data or find_spec("torch") is None:
        line.left_out = line.data or line.machine
    return line


def _likes(workspace: Workspace, store: Store, items: Items, seed: int) -> tuple[Likes, list[str]]:
    """Return the pairs to learn from, and the pictures that they are of."""
    behaviour = workspace.settings.behaviour
    said, _ = of_everybody(store.training_events("train"), items.places, behaviour)
    pictured = np.array([cover is not None for cover in items.covers], bool)
    likes = likes_of(said, pictured, behaviour.like, seed)
    return likes, list(dict.fromkeys(str(items.covers[i]) for i in np.unique(likes.items)))


def _seconds(workspace: Workspace, likes: Likes, covers: list[str], how: How) -> float:
    from beholder.networks.foreseen import seconds_of_training

    learned, chosen, measured = (round(share * len(likes.labels)) for share in PARTS)
    sizes = (max(learned, 1), max(chosen, 1), max(measured, 1))
    return seconds_to_read(workspace, covers) + seconds_of_training(sizes, how.batch, how.epochs)


def seconds_to_read(workspace: Workspace, covers: list[str], side: int = 0) -> float:
    """Read some of the pictures; return what all would take, each `side` wide and high.

    0: as the small network sees them.
    """
    some = [originals.path_of(workspace.media, digest) for digest in covers[:READ]]
    watch, began = Watch(), time.monotonic()
    small_pictures.read(workspace, some, watch, side)
    spent = time.monotonic() - began
    if len(watch.moments) < 2:
        return spent
    each = (watch.moments[-1] - watch.moments[0]) / (len(watch.moments) - 1)
    return spent + each * (len(covers) - len(some))


class Watch(Silent):
    """Notes when each picture was read: before the first, workers begin."""

    def __init__(self) -> None:
        self.moments: list[float] = []

    def advance(self, n: int = 1) -> None:
        """Note when a picture was read."""
        self.moments.append(time.monotonic())


NETWORKS: dict[str, Foresee] = {NAME: small_cnn}
