"""What people like and do not, as pictures in three parts: to learn from, to choose, to measure."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.histories import Histories
from beholder.dataset.build import item_table
from beholder.encoders import small_pictures
from beholder.errors import DataError, WorkspaceError
from beholder.media import originals
from beholder.progress import Progress
from beholder.store.store import Store
from beholder.training.likes import Likes, likes_of
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.networks.classic import Examples

PARTS = (0.7, 0.15, 0.15)  # of the pictures


class Items(NamedTuple):
    """Items by position.

    Attributes
    ----------
    places
        int32. Positions by the row numbers of items, -1 where there is none.
    covers
        SHA-256 of what each shows first, or None.
    """

    places: NDArray[np.int32]
    covers: list[str | None]

    @classmethod
    def of(cls, workspace: Workspace, store: Store) -> Items:
        table = item_table(store.items())
        if not table.num_rows:
            raise WorkspaceError(
                "there are no items in this workspace",
                remedy=f"run `beholder import {workspace.root} --items FILE`",
            )
        seqs = table["seq"].to_numpy()
        places = np.full(int(seqs.max()) + 1, -1, np.int32)
        places[seqs] = np.arange(len(seqs), dtype=np.int32)
        covers = [own[0] if own else None for own in table["pictures"].to_pylist()]
        return cls(places, covers)


def examples_of(
    workspace: Workspace, items: Items, told: Histories, seed: int, progress: Progress
) -> tuple[Examples, list[str]]:
    """Read the pictures of what is learned from; return them in three parts, and notes."""
    like = workspace.settings.behaviour.like
    pictured = np.array([cover is not None for cover in items.covers], bool)
    likes = likes_of(told, pictured, like, seed)
    used = np.unique(likes.items)
    wanted = list(dict.fromkeys(str(items.covers[i]) for i in used))
    paths = [originals.path_of(workspace.media, digest) for digest in wanted]
    found = small_pictures.read(workspace, paths, progress)
    row_of = {digest: row for row, digest in enumerate(wanted)}
    rows = np.array([row_of[str(items.covers[i])] for i in likes.items], np.int64)
    notes = _said(likes, int((~pictured).sum()))
    notes += [f"pictures left out ({why}): {n}" for why, n in sorted(found.refused.items())]
    there = found.there[rows]
    return _in_parts(found.pixels, rows[there], likes.labels[there], seed), notes


def _said(likes: Likes, without: int) -> list[str]:
    notes = [
        f"learned from {likes.liked} liked, {likes.disliked} disliked or hidden, and "
        f"{likes.drawn} drawn from what was not touched"
    ]
    if likes.left:
        notes.append(f"{likes.left} more pairs were left out: the others are enough")
    if without:
        notes.append(f"items without a picture: {without}")
    return notes


def _in_parts(
    pixels: NDArray[np.uint8], rows: NDArray[np.int64], labels: NDArray[np.int64], seed: int
) -> Examples:
    """Cut pairs into three parts, no picture in two of them, each with likes and others."""
    from beholder.networks.classic import Examples, Labelled

    liked = np.zeros(len(pixels), bool)
    liked[rows[labels == 1]] = True
    part = np.full(len(pixels), -1)
    rng = np.random.default_rng([seed, 33])
    for kind in (True, False):
        same = rng.permutation(np.intersect1d(np.flatnonzero(liked == kind), rows))
        ends = np.cumsum([max(round(share * len(same)), 1) for share in PARTS[:0:-1]])
        part[same] = 0
        part[same[: ends[0]]] = 2
        part[same[ends[0] : ends[1]]] = 1
    cut = [np.flatnonzero(part[rows] == number) for number in range(3)]
    for chosen in cut:
        if len(np.unique(labels[chosen])) < 2:
            raise DataError(
                "too few pictures can be read to learn from some and to measure with others",
                remedy="`beholder check` says which are missing",
            )
    return Examples(*(Labelled(pixels, rows[chosen], labels[chosen]) for chosen in cut))
