"""Of one person's day so many events count in training, and others do not feel the rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from beholder.behaviour.event import Event
from beholder.dataset.daily_cap import capped
from beholder.engine.opening import open_engine
from beholder.store import Store
from beholder.store.rates import DAY
from beholder.store.records import TrainingEvents
from beholder.workspace import Workspace
from command_line import beholder
from planted import BEGIN, World, workspace_of

FLOOD = 15_000
SAID = (
    "- 1 person with more than 2 events on a day: the newest 2 of a day count, "
    f"{FLOOD - 2} others do not (behaviour.daily_cap)"
)


def events(rows: list[tuple[int, int, int]]) -> TrainingEvents:
    """User, item and moment of each event."""
    users, seqs, times = (np.array(column) for column in zip(*rows, strict=True))
    kinds, values = np.ones(len(rows), np.uint8), np.full(len(rows), np.nan, np.float32)
    n = int(users.max()) + 1
    return TrainingEvents(users.astype(np.int32), seqs, times, kinds, values, n, np.ones(n, bool))


def kept(told: TrainingEvents) -> list[tuple[int, int, int]]:
    return sorted(zip(told.users.tolist(), told.seqs.tolist(), told.times.tolist(), strict=True))


def test_the_newest_of_each_day_count() -> None:
    rows = [
        (0, 1, 10), (1, 9, 5), (0, 2, 30), (0, 3, 20), (0, 4, DAY), (0, 5, DAY - 1), (0, 6, -1),
        (0, 7, -DAY), (0, 8, -2),
    ]  # fmt: skip
    told, said = capped(events(rows), 2)
    assert kept(told) == [(0, 2, 30), (0, 4, DAY), (0, 5, DAY - 1), (0, 6, -1), (0, 8, -2),
                          (1, 9, 5)]  # fmt: skip
    assert said == [
        "1 person with more than 2 events on a day: the newest 2 of a day count, 3 others do not "
        "(behaviour.daily_cap)"
    ]


def test_events_without_a_moment_are_of_no_day() -> None:
    told = events([(0, item, 0) for item in range(9)] + [(0, 10, 5), (0, 11, 6), (0, 12, 7)])
    left, _ = capped(told, 2)
    assert len(left) == 11
    assert (0, 10, 5) not in kept(left)


def test_where_nobody_does_so_much_nothing_changes() -> None:
    told = events([(0, 1, 10), (0, 2, 20), (0, 3, DAY), (1, 1, 10), (1, 1, 11)])
    assert capped(told, 2) == (told, [])


def test_of_one_moment_the_order_of_coming_decides_nothing() -> None:
    rows = [(0, item, 7) for item in range(50)]
    first, _ = capped(events(rows), 5)
    again, _ = capped(events(rows[::-1]), 5)
    assert len(first) == 5
    assert kept(first) == kept(again)
    assert kept(first) != [(0, item, 7) for item in range(45, 50)]


def with_likes(world: World, folder: Path, times: range, toml: str) -> Workspace:
    """A workspace in which one person of one day likes everything, again and again."""
    workspace = workspace_of(world, folder)
    workspace.toml.write_text(workspace.toml.read_text() + toml)
    likes = [Event(world.item_id(n % 240), "like", "program", time=BEGIN + n) for n in times]
    with Store.open(workspace) as store:
        for begin in range(0, len(likes), 5000):
            store.record(likes[begin : begin + 5000])
    return Workspace.open(folder)


def lists(workspace: Workspace, world: World) -> list[tuple[str, ...]]:
    """What each of the others is recommended."""
    with open_engine(workspace.root) as engine:
        return [
            tuple(engine.recommend(world.user_id(user), k=10).ids)
            for user in range(len(world.likes))
        ]


def test_others_are_recommended_the_same_however_much_one_person_sends(
    world: World, tmp_path: Path
) -> None:
    capped_at_2 = "\n[behaviour]\ndaily_cap = 2\n"
    few = with_likes(world, tmp_path / "few", range(FLOOD - 2, FLOOD), "")
    many = with_likes(world, tmp_path / "many", range(FLOOD), capped_at_2)
    found = []
    for workspace in (few, many):
        said, _ = beholder("train", workspace.root, "--model", "itemknn", "--budget", "600s")
        found.append((SAID in said, lists(workspace, world)))
    assert found[0][0] is False
    assert found[1] == (True, found[0][1])
    many.toml.write_text(many.toml.read_text().replace(capped_at_2, ""))
    beholder("train", many.root, "--model", "itemknn", "--budget", "600s", "--promote")
    assert lists(many, world) != found[0][1], "the control: without the cap others feel it"
