"""A small world with planted tastes: numbers instead of pictures, so that it is made at once.

Items have one of eight tastes, which their vectors and words show; people have two tastes and
mostly take what fits. A tenth of the items is new: nobody has touched it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beholder.behaviour.event import Event
from beholder.dataset.dataset import Dataset
from beholder.encoders.registry import ENCODERS, vector_cache
from beholder.spaces import Modality
from beholder.store import ItemRecord, Store
from beholder.testing.sample_log import log_of_arrays
from beholder.workspace import Workspace

TASTES = 8
DAY = 86_400_000
BEGIN = 1_767_600_000_000
TOML = 'title = "Planted"\n\n[encode]\nencoders = ["colour"]\n'
WORDS = ("amber", "birch", "coral", "dusk", "ember", "fern", "grape", "hazel")
# All but the one that the speed of this machine would decide about: each run has the same bundle.
STEADY = ("itemknn", "session", "words", "visual-knn", "session-ease", "content-ease", "ease")
FILLERS = ("small", "tall", "old", "plain", "round", "light")


@dataclass(frozen=True)
class World:
    """Who took what, and why.

    Attributes
    ----------
    taste
        int (n_items,). Which taste an item has.
    new
        bool (n_items,). Items that nobody has touched.
    looks
        float32 (n_items, 24). Their vectors.
    texts
        Their titles.
    likes
        int (n_users, 2). The two tastes of each person.
    users, items, times
        int (n,). Events in order of time; several at one moment are a basket.
    """

    taste: np.ndarray
    new: np.ndarray
    looks: np.ndarray
    texts: list[str]
    likes: np.ndarray
    users: np.ndarray
    items: np.ndarray
    times: np.ndarray

    def item_id(self, position: int) -> str:
        return f"item-{position:04d}"

    def user_id(self, user: int) -> str:
        return f"person-{user:04d}"


def make_world(
    n_items: int = 240, n_users: int = 160, events: int = 14, fit: float = 0.9, seed: int = 7
) -> World:
    """Draw a world; `fit` is the share of events that follow a person's tastes."""
    rng = np.random.default_rng(seed)
    taste = np.arange(n_items) % TASTES
    new = np.zeros(n_items, bool)
    new[rng.choice(n_items, n_items // 10, replace=False)] = True
    centres = rng.normal(size=(TASTES, 24))
    looks = (centres[taste] + rng.normal(0, 0.7, (n_items, 24))).astype(np.float32)
    texts = [
        f"{FILLERS[int(rng.integers(6))]} {WORDS[taste[i]]} {FILLERS[int(rng.integers(6))]}"
        for i in range(n_items)
    ]
    likes = np.array([rng.choice(TASTES, 2, replace=False) for _ in range(n_users)])
    drawn = rng.lognormal(0, 0.6, n_items) * ~new  # how much everybody is drawn to an item
    users, items, times = [], [], []
    for user in range(n_users):
        fits = np.isin(taste, likes[user])
        chance = drawn * np.where(fits, fit / (drawn * fits).sum(), (1 - fit) / drawn.sum())
        own = rng.choice(n_items, events, replace=False, p=chance / chance.sum())
        days = np.sort(rng.choice(60, events // 2, replace=False))
        for order, item in enumerate(own.tolist()):
            users.append(user)
            items.append(item)
            times.append(BEGIN + int(days[order // 2]) * DAY + user)
    order = np.argsort(times, kind="stable")
    return World(
        taste,
        new,
        looks,
        texts,
        likes,
        np.array(users, np.int32)[order],
        np.array(items, np.int32)[order],
        np.array(times, np.int64)[order],
    )


def dataset_of(world: World, seed: int = 7) -> Dataset:
    """Return the world as arrays for fitting."""
    log = log_of_arrays(
        world.users,
        world.items,
        world.times,
        np.ones(len(world.users), np.float32),
        len(world.likes),
        len(world.taste),
        seed,
    )
    present = np.ones(len(world.taste), bool)
    return Dataset(log, {"colour": Modality.of_rows(world.looks, present)}, world.texts)


def nothing(n_items: int) -> Dataset:
    """Return items of which nothing is known, and nobody who touched them."""
    none = np.empty(0, np.int64)
    log = log_of_arrays(
        none.astype(np.int32), none.astype(np.int32), none, none.astype(np.float32), 0, n_items, 0
    )
    return Dataset(log, {}, [""] * n_items)


def workspace_of(world: World, root: Path, more: str = "") -> Workspace:
    """Return the world as a workspace: items, events and cached vectors, nothing trained.

    Parameters
    ----------
    more
        Further settings.
    """
    workspace = Workspace.create(root, TOML + more)
    with Store.open(workspace, create=True) as store:
        store.put_items([record(world, position) for position in range(len(world.taste))])
        pictures = [picture(position) for position in range(len(world.taste))]
        store.set_picture_facts(dict.fromkeys(pictures, (300, 200, "#808080")))
        events = [
            Event(world.item_id(i), "like", world.user_id(u), time=int(t))
            for u, i, t in zip(world.users, world.items, world.times, strict=True)
        ]
        for start in range(0, len(events), 1000):
            store.record(events[start : start + 1000])
    cache_vectors(workspace, pictures, world.looks)
    return workspace


def record(world: World, position: int) -> ItemRecord:
    return ItemRecord(
        world.item_id(position), world.texts[position], {"price": 10.0}, [picture(position)]
    )


def picture(number: int) -> str:
    """Return the content hash of a picture that nobody has to look at."""
    return hashlib.sha256(f"picture {number}".encode()).hexdigest()


def cache_vectors(workspace: Workspace, pictures: list[str], looks: np.ndarray) -> None:
    """Write vectors as if the pictures had been encoded."""
    name = "colour"
    wide = np.random.default_rng(3).normal(size=(looks.shape[1], ENCODERS[name].dim)) / 5
    vector_cache(workspace, name).write(pictures, (looks @ wide).astype(np.float32))
