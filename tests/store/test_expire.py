"""Retention counts from arrival."""

from __future__ import annotations

import json

import pytest

from beholder.behaviour.event import Event
from beholder.errors import ManyEndError
from beholder.store import ItemRecord, Store, expire
from beholder.store.ids import now
from beholder.workspace import Workspace
from command_line import beholder

DAY = 86_400_000


@pytest.fixture
def kept(tmp_path):
    workspace = Workspace.create(tmp_path / "shop", "[privacy]\nretention_days = 30\n")
    with Store.open(workspace, create=True) as store:
        store.put_items([ItemRecord("vase", "A vase"), ItemRecord("lamp", "A lamp")])
        yield store


def test_an_event_ends_after_its_days_and_training_forgets_it(kept):
    long_ago = now() - 1000 * DAY
    kept.record([Event("vase", "like", user="ada", time=long_ago)])
    kept.seal()
    assert kept.expire(now() + 29 * DAY) == 0
    assert len(kept.training_events()) == 1
    assert kept.expire(now() + 31 * DAY, anyway=True) == 1
    assert len(kept.training_events()) == 0
    assert len(kept.snapshot("ada").seqs) == 0


def test_events_that_arrive_later_stay(kept):
    kept.record([Event("vase", "like", user="ada", event_id="one")])
    kept.expire(now() + 31 * DAY, anyway=True)
    assert kept.record([Event("lamp", "like", user="ada")])[0].status == "stored"
    assert kept.expire(now() + 1 * DAY) == 0
    assert len(kept.training_events()) == 1


def arrived(store, monkeypatch, n, days_ago):
    """So many events of one person each, that arrived so many days ago."""
    from beholder.store import events

    with monkeypatch.context() as patch:
        patch.setattr(events, "now", lambda: now() - days_ago * DAY)
        store.record(
            [Event("vase", "click", user=f"{days_ago} {i}", time=1_000 + i) for i in range(n)]
        )


def test_a_clock_that_is_wrong_ends_nothing(kept, monkeypatch):
    arrived(kept, monkeypatch, 300, 0)
    with pytest.raises(ManyEndError, match=r"300 of 300 events .* 30 days .* deleted, if it is 20"):
        kept.expire(now() + 200 * DAY)
    assert len(kept.training_events()) == 300


@pytest.mark.parametrize(
    ("old", "fresh", "much"),
    [(100, 101, False), (101, 300, True), (101, 404, False), (3, 7, False), (6, 5, True)],
)
def test_a_fifth_at_once_is_asked_about_and_a_handful_is_not(kept, monkeypatch, old, fresh, much):
    arrived(kept, monkeypatch, old, 40)
    arrived(kept, monkeypatch, fresh, 0)
    if much:
        with pytest.raises(ManyEndError):
            kept.expire()
    else:
        assert kept.expire() == old


def test_more_than_one_transaction_takes_ends_all_the_same(kept, monkeypatch):
    monkeypatch.setattr(expire, "AT_ONCE", 20)
    arrived(kept, monkeypatch, 50, 40)
    arrived(kept, monkeypatch, 300, 0)
    kept.seal()
    assert kept.expire() == 50
    assert len(kept.training_events()) == 300
    assert kept.expire() == 0


def test_tombstones_end_with_the_rest(kept):
    kept.record([Event("vase", "like", user="ada", event_id="one")])
    kept.erase("ada")
    assert kept.record([Event("vase", "like", user="ada")])[0].status == "erased"
    kept.expire(now() + 2 * DAY)
    assert kept.record([Event("vase", "like", user="ada")])[0].status == "stored"


def test_by_command_much_is_deleted_when_it_is_said_twice(kept, monkeypatch):
    arrived(kept, monkeypatch, 30, 40)
    kept.record([Event("lamp", "like", user="ada")])
    folder = kept.workspace.root
    _, words = beholder("expire", folder, status=1)
    assert "30 of 31 events arrived more than 30 days ago" in words
    assert "`beholder expire DIR --yes`" in words
    assert json.loads(beholder("expire", folder, "--yes", "--json")[0]) == {
        "deleted": 30,
        "left": 1,
    }
    assert beholder("expire", folder)[0] == "0 events were deleted, 1 are left\n"
