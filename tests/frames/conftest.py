"""The planted world as columns, and what was fitted on it once."""

from __future__ import annotations

import pytest
from frame import columns

import beholder
from beholder.frames.recommender import Recommender
from planted import World


@pytest.fixture(scope="session")
def fitted(world: World) -> Recommender:
    everything = range(len(world.taste))
    items = {
        "id": [world.item_id(i) for i in everything],
        "title": world.texts,
        "price": [10.0 + i for i in everything],
    }
    return beholder.fit(columns(world), items, vectors={"looks": world.looks}, budget="4s")
