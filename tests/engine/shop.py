"""The planted world with prices, brands and stock, whose rules are read from its settings."""

from __future__ import annotations

import time
from types import SimpleNamespace

import numpy as np
import pytest
from msgspec import structs

from beholder.engine.engine import Engine
from beholder.engine.standing import StandingRules
from beholder.rules.live import LOOK, LiveRules
from planted import World, record

BRANDS = ("Nord", "West", "Ost")


def attributes_of(position: int) -> dict[str, object]:
    """Return what an item costs, who makes it, and whether there is any."""
    return {"price": float(position), "brand": BRANDS[position % 3], "stock": 1 + position % 5}


def stocked(engine: Engine, world: World) -> None:
    """Give all items attributes of their own."""
    change(engine, world, {i: attributes_of(i) for i in range(len(world.taste))})


def change(engine: Engine, world: World, attributes: dict[int, dict[str, object]]) -> None:
    """Give some items other attributes."""
    engine.store.put_items(
        [structs.replace(record(world, i), attributes=own) for i, own in attributes.items()]
    )


class Shop:
    """An engine whose rules are written and read anew by a clock that tests turn."""

    def __init__(self, engine: Engine, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine, self.world, self.now = engine, world, 1000.0
        stocked(engine, world)
        clock = SimpleNamespace(monotonic=lambda: self.now, time=time.time)
        monkeypatch.setattr("beholder.engine.standing.time", clock)
        self.toml = engine.store.workspace.toml
        self.own = self.toml.read_text()
        engine.pipeline.rules = StandingRules(LiveRules(self.toml, {}))

    def rules(self, *rules: str) -> None:
        """Write rules as a person does, and wait until they are read."""
        self.write(self.own + "".join(f"\n[[rules]]\n{rule}\n" for rule in rules))

    def write(self, text: str) -> None:
        self.toml.write_text(text)
        self.now += 2 * LOOK

    def positions(self, ids: list[str]) -> np.ndarray:
        return np.array([int(item[-4:]) for item in ids])

    def everywhere(self) -> list[list[str]]:
        """Return the ids of every kind of answer, as long as may be; a second page last."""
        engine, world = self.engine, self.world
        told = [{"item": world.item_id(1), "kind": "dislike"}]
        first = engine.recommend(world.user_id(3), k=20)
        return [
            engine.recommend(k=240).ids,
            engine.recommend(world.user_id(3), k=240).ids,
            engine.recommend(history=[world.item_id(5)], k=240).ids,
            engine.recommend(history=told, k=240).ids,
            engine.similar(world.item_id(11), k=240).ids,
            engine.search("amber birch coral dusk ember fern grape hazel", k=240).ids,
            engine.recommend(world.user_id(3), k=20, page=first.next).ids,
        ]
