"""What a server deletes once a day by itself."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from beholder.behaviour.event import Event
from beholder.catalogue.card import card
from beholder.service.daily import DAY, FIRST, HOUR, Daily
from beholder.store import ItemRecord, Purposes, Store, erase, ledger, unfinished
from beholder.store import store as stores
from beholder.workspace import Workspace


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    workspace = Workspace.create(tmp_path / "shop", "[privacy]\nretention_days = 30\n")
    with Store.open(workspace, create=True) as opened:
        opened.put_items([ItemRecord("vase", "A vase")])
        yield opened


def later(monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    at = time.time_ns() // 1_000_000 + days * 86_400_000
    monkeypatch.setattr(stores, "now", lambda: at)
    monkeypatch.setattr("beholder.store.events.now", lambda: at)


def test_old_events_end_once_a_day_and_not_before(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record([Event("vase", "like", user="ada")])
    later(monkeypatch, 40)
    store.record([Event("vase", "like", user="bob"), Event("vase", "like", user="cleo")])
    daily, start = Daily(store), time.monotonic()
    daily.look(start)
    assert len(store.training_events()) == 3, "not in the first minute"
    daily.look(start + FIRST + 1)
    assert len(store.training_events()) == 2
    later(monkeypatch, 80)
    store.record([Event("vase", "like", user=f"u{i}") for i in range(5)])
    daily.look(start + DAY)
    assert len(store.training_events()) == 7
    daily.look(start + FIRST + DAY + 2)
    assert len(store.training_events()) == 5


def test_an_erasure_that_was_interrupted_is_told_and_finished(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.record([Event("vase", "like", user="ada"), Event("vase", "like", user="bob")])
    with monkeypatch.context() as patch:
        patch.setattr(erase, "empty_log", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.erase("ada")
    told = "erasures that were begun and are not done: 1; a running server finishes them"
    assert any(told in warning for warning in card(store).warnings)
    (begun,) = store.workspace.erasures.glob("*.begun")
    daily, start = Daily(store), time.monotonic() + FIRST + 1
    daily.look(start)
    assert store.unfinished == 1, "somebody may still be at it"
    os.utime(begun, (0, 0))
    assert len(list(unfinished.interrupted(store.workspace))) == 1
    assert list(unfinished.interrupted(store.workspace)) == [], "another process is at it"
    os.utime(begun, (0, 0))
    daily.look(start + HOUR + 1)
    assert store.unfinished == 0
    (receipt,) = ledger.read(store.workspace.erasures)
    assert (receipt.known, receipt.events) == (True, 1)
    assert receipt.done >= receipt.asked
    assert [warning for warning in card(store).warnings if "erasures" in warning] == []


@pytest.mark.parametrize("asked_again", [False, True])
def test_who_comes_anew_after_an_interrupted_erasure_is_somebody_else(
    store: Store, monkeypatch: pytest.MonkeyPatch, asked_again: bool
) -> None:
    store.record([Event("vase", "like", user="ada")])
    with monkeypatch.context() as patch:
        patch.setattr(erase, "empty_log", interrupt)
        with pytest.raises(KeyboardInterrupt):
            store.erase("ada")
    (begun,) = store.workspace.erasures.glob("*.begun")
    os.utime(begun, (0, 0))
    store.set_profiling("ada", True)
    (refused,) = store.record([Event("vase", "like", user="ada")])
    assert refused.status == "erased", "not before it is done"
    if asked_again:
        assert store.erase("ada").events == 1
    else:
        assert store.finish_erasures() == 0
    store.set_purposes("ada", {"recommend": True})
    store.record([Event("vase", "like", user="ada"), Event("vase", "save", user="ada")])
    assert store.finish_erasures() == 0
    assert len(store.newest("ada", ("like", "save"))) == 2
    assert store.purposes("ada") == Purposes(recommend=True, train=False, measure=False)
    (receipt,) = ledger.read(store.workspace.erasures)
    assert receipt.done
    assert receipt.events == 1


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_would_end_nearly_everything_is_held_and_told_once(
    store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store.record([Event("vase", "like", user="ada")])
    later(monkeypatch, 200)
    daily, start = Daily(store), time.monotonic() + FIRST + 1
    for day in range(3):
        daily.look(start + day * (DAY + 1))
    assert daily.held is not None
    assert "1 of 1 events arrived more than 30 days ago" in daily.held
    assert capsys.readouterr().err.count("ending what is old") == 1
    store.expire(anyway=True)
    daily.look(start + 4 * DAY)
    assert daily.held is None
