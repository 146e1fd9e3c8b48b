"""Trainings by the server: when they are due, what became of them, and how they end with it."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_text import Numbers
from small_gallery import MEMBERS

import forked
from beholder.bundle.promote import current, names
from beholder.service.schedule import FIRST, LONGEST, Schedule
from beholder.service.trainings import Kept, keep, kept
from beholder.store import Store
from beholder.store.locks import training_lock
from beholder.workspace import Workspace
from live_server import COMMAND, PATIENCE, Server
from lost_pairs import keep_the_newest

# As the bundle that is served was made: no clock decides that the new one is worse.
QUICK = {"train.models": str(list(MEMBERS)), "train.budget": "600s"}
LONG = {"train.budget": "1h"}


def send(client: httpx.Client, first: int, n: int) -> None:
    events = [
        {"user": "ann", "item": f"picture-{i:05d}", "kind": "like", "event_id": f"e{i}"}
        for i in range(first, first + n)
    ]
    assert client.post("/v1/interactions", json={"events": events}).status_code == 200


def told(client: httpx.Client) -> dict[str, Any]:
    answer: dict[str, Any] = client.get("/health/ready").json()
    return answer


def until(holds: Callable[[], Any]) -> Any:
    """Wait until something holds, and return it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def waited_for(client: httpx.Client, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    found: dict[str, Any] = until(lambda: now if holds(now := told(client)) else None)
    return found


def events_known(workspace: Workspace) -> int | None:
    found = kept(workspace)
    return None if found is None else found.events


def beside(workspace: Workspace) -> list[Path]:
    """Return the processes that train in a workspace for a server."""
    wanted = [b"beholder.cli.beside", str(workspace.root).encode()]
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if all(word in words for word in wanted):
            found.append(path)
    return found


def niceness(process: Path) -> int:
    return int((process / "stat").read_text().rpartition(")")[2].split()[16])


def test_after_enough_events_a_training_makes_the_bundle_that_answers(
    workspace: Workspace,
) -> None:
    first = current(workspace)
    with (
        Server(workspace.root, "--train-when", "9", workers=2, settings=QUICK) as server,
        server.client() as client,
    ):
        waiting = told(client)["training"]
        assert (waiting["state"], waiting["last"]) == ("waiting", None)
        before = until(lambda: events_known(workspace))
        send(client, 0, 8)
        time.sleep(2.2)  # a worker tells of them within a second, and the parent looks in another
        assert told(client)["training"] == waiting
        send(client, 8, 1)
        running = waited_for(client, lambda now: now["training"]["state"] == "running")
        assert running["training"]["finished"] is None
        (process,) = until(lambda: beside(workspace))  # it is begun a moment after it is told
        until(lambda: niceness(process) == 10)
        assert Numbers(client.get("/metrics").text)("beholder_training_running") == 1
        ended = waited_for(client, lambda now: now["training"]["state"] == "waiting")
        trained = ended["training"]
        last = {"outcome": "served", "bundle": names(workspace)[-1], "reason": ""}
        assert trained["last"] == last
        assert trained["started"] < trained["finished"]
        waited_for(client, lambda now: now["bundle"] == last["bundle"] != first)
        assert client.get("/v1/recommendations").json()["bundle"] == last["bundle"]
        numbers = Numbers(client.get("/metrics").text)
        assert numbers("beholder_training_outcome", outcome="served") == 1
        assert numbers.sum("beholder_training_outcome") == 1
        assert 0 < numbers("beholder_training_seconds") < PATIENCE
        assert events_known(workspace) == before + 9  # which are no longer new
    assert f"training: served ({last['bundle']})" in server.errors


def test_a_training_that_fails_is_told_and_the_server_goes_on(workspace: Workspace) -> None:
    settings = {"train.models": '["none-of-these"]'}
    before = names(workspace)
    with (
        Server(workspace.root, "--train-every", "1s", settings=settings) as server,
        server.client() as client,
    ):
        failed = waited_for(client, lambda now: now["training"]["last"] is not None)
        last = failed["training"]["last"]
        assert last["outcome"] == "failed"
        assert "none-of-these" in last["reason"]
        assert failed["status"] == "ready"
        assert client.get("/v1/recommendations").status_code == 200
        time.sleep(1.2)  # it is not tried again at once
        assert told(client)["training"] == failed["training"]
    assert names(workspace) == before
    assert len([line for line in server.errors if line.startswith("training: failed: ")]) == 1


def test_a_training_that_lost_most_of_its_pairs_is_told_and_not_served(
    workspace: Workspace,
) -> None:
    before = current(workspace)
    with Store.open(workspace) as store:
        keep_the_newest(store)
    with (
        Server(workspace.root, "--train-every", "1s", settings=QUICK) as server,
        server.client() as client,
    ):
        ended = waited_for(client, lambda now: now["training"]["last"] is not None)
        last = ended["training"]["last"]
        assert last["outcome"] == "refused"
        assert "pairs of person and item are left of" in last["reason"]
        assert client.get("/v1/recommendations").json()["bundle"] == before
    assert current(workspace) == before


def test_while_an_operator_trains_none_begins(workspace: Workspace) -> None:
    before = names(workspace)
    with (
        training_lock(workspace),
        Server(workspace.root, "--train-every", "1s", settings=QUICK) as server,
        server.client() as client,
    ):
        skipped = waited_for(client, lambda now: now["training"]["last"] is not None)
        assert skipped["training"]["last"]["outcome"] == "busy"
        assert "another training (process" in skipped["training"]["last"]["reason"]
    assert names(workspace) == before


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_training_ends_with_its_server(workspace: Workspace, how: signal.Signals) -> None:
    before = current(workspace)
    with Server(workspace.root, "--train-every", "1s", settings=LONG) as server:
        with server.client() as client:
            waited_for(client, lambda now: now["training"]["state"] == "running")
        until(lambda: beside(workspace))
        assert server.stop(how) in (0, 130, -signal.SIGKILL)
        until(lambda: not beside(workspace))
    assert current(workspace) == before
    with Server(workspace.root, "--train-every", "24h") as again, again.client() as client:
        assert told(client)["training"]["state"] == "waiting"
        assert told(client)["training"]["last"]["outcome"] == "stopped"


def test_what_no_server_schedules_any_more_is_not_told(workspace: Workspace) -> None:
    keep(workspace, Kept())
    with Server(workspace.root) as server, server.client() as client:
        assert told(client)["training"] is None


def test_a_time_that_cannot_be_read_is_refused(workspace: Workspace) -> None:
    command = [*COMMAND, "serve", str(workspace.root), "--port", "0", "--train-every", "often"]
    ended = forked.run(command)
    assert ended.returncode == 2
    assert ended.stderr.startswith("beholder: a train_every of 'often' cannot be read")


def test_time_or_events_are_enough_and_either_may_be_no_reason() -> None:
    both, by_time, by_events = Schedule(60.0, 5), Schedule(60.0, 0), Schedule(None, 5)
    asked = [(59.0, 4), (60.0, 0), (0.0, 5)]
    assert [both.due(0.0, age, new) for age, new in asked] == [False, True, True]
    assert [by_time.due(0.0, age, new) for age, new in asked] == [False, True, False]
    assert [by_events.due(0.0, age, new) for age, new in asked] == [False, False, True]


def test_after_failures_it_waits_longer_and_longer() -> None:
    schedule, now, pauses = Schedule(1.0, 0), 0.0, []
    for _ in range(12):
        schedule.ended(now, "failed")
        pause = next(n for n in range(100_000) if schedule.due(now + n, 2.0, 0))
        pauses.append(pause)
        now += pause
    assert pauses[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert pauses[-1] == LONGEST
    schedule.ended(now, "served")
    assert schedule.due(now, 2.0, 0)
    schedule.ended(now, "failed")
    assert schedule.due(now + FIRST, 2.0, 0)


def test_where_another_trains_it_tries_again_a_minute_later() -> None:
    schedule = Schedule(1.0, 0)
    for now in (0.0, FIRST, 2 * FIRST):
        assert schedule.due(now, 2.0, 0)
        schedule.ended(now, "busy")
        assert not schedule.due(now + FIRST - 1, 2.0, 0)
