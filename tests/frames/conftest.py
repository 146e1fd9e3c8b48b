"""The planted world as columns, and what was fitted on it once."""

from __future__ import annotations

import numpy as np
import pytest

import beholder
from beholder.frames.recommender import Recommender
from planted import World


def columns(world: World) -> dict[str, np.ndarray]:
    return {
        "user": np.array([world.user_id(u) for u in world.users.tolist()]),
        "item": np.array([world.item_id(i) for i in world.items.tolist()]),
        "time": world.times,
    }


@pytest.fixture(scope="session")
def fitted(world: World) -> Recommender:
    everything = range(len(world.taste))
    items = {
        "id": [world.item_id(i) for i in everything],
        "title": world.texts,
        "price": [10.0 + i for i in everything],
    }
    return beholder.fit(columns(world), items, vectors={"looks": world.looks}, budget="4s")
