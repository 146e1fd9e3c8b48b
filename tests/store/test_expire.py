"""Retention counts from arrival."""

from __future__ import annotations

import pytest

from beholder.behaviour.event import Event
from beholder.store import ItemRecord, Store
from beholder.store.ids import now
from beholder.workspace import Workspace

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
    assert kept.expire(now() + 31 * DAY) == 1
    assert len(kept.training_events()) == 0
    assert len(kept.snapshot("ada").seqs) == 0


def test_events_that_arrive_later_stay(kept):
    kept.record([Event("vase", "like", user="ada", event_id="one")])
    kept.expire(now() + 31 * DAY)
    assert kept.record([Event("lamp", "like", user="ada")])[0].status == "stored"
    assert kept.expire(now() + 1 * DAY) == 0
    assert len(kept.training_events()) == 1
