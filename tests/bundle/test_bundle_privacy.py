"""Nobody is in a bundle."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from beholder.behaviour.event import Event
from beholder.bundle.promote import current, folder_of
from beholder.store import Store
from beholder.store.records import Who
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from planted import World

CANARY = "canary-3c9d1f@example.org"


def forms(data: bytes) -> set[bytes]:
    """The ways in which bytes may be written down."""
    return {data, data.hex().encode(), data.hex().upper().encode()}


def found_in(folder: Path, needles: set[bytes]) -> list[str]:
    return [
        f"{path.name}: {needle!r}"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for needle in needles
        if needle in path.read_bytes()
    ]


def test_no_bundle_names_a_person(workspace: Workspace, world: World) -> None:
    with Store.open(workspace) as store:
        moment = int(world.times.max()) + 1_234_567
        items = [world.item_id(int(i)) for i in np.flatnonzero(~world.new)[:9]]
        events = [
            Event(item, "like", CANARY, time=moment + i, event_id=f"canary-event-{i}")
            for i, item in enumerate(items)
        ]
        assert {outcome.status for outcome in store.record(events)} == {"stored"}
        mac = store.keys.mac(Who("user", CANARY))
        link = store.keys.find_one(mac)
        assert link is not None
        needles = {CANARY.encode(), b"canary-event"} | forms(mac) | forms(link.subject)
        needles |= forms(link.wrapped)
        people = {world.user_id(u).encode() for u in range(len(world.likes))}
        train_workspace(workspace, budget="1s", models=["itemknn", "words"])
    bundle = folder_of(workspace, current(workspace))
    assert found_in(bundle, needles | people) == []
    assert found_in(workspace.store, forms(link.subject))  # the search can find what is there
