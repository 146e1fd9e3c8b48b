"""From a workspace to arrays: what is in them, and what is not."""

from __future__ import annotations

import numpy as np

from beholder.behaviour.event import Event
from beholder.dataset.build import build
from beholder.dataset.texts import groups_of
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace
from planted import World, picture


def test_arrays_hold_the_items_in_order_with_their_content(
    workspace: Workspace, world: World
) -> None:
    with Store.open(workspace) as store:
        made = build(workspace, store, seed=7)
    ids = made.items["item_id"].to_pylist()
    assert ids == [world.item_id(i) for i in range(240)]
    pairs = made.dataset.interactions
    assert (pairs.n_items, pairs.n_users, len(pairs)) == (240, 160, len(world.users))
    np.testing.assert_array_equal(pairs.item_counts, np.bincount(world.items, minlength=240))
    assert made.dataset.texts[5] == world.texts[5]
    assert made.newest == world.times.max()
    modality = made.dataset.pictures["colour"]
    assert modality.present.all()
    # The cached vectors are a linear map of the planted ones: the same items are near.
    near = np.corrcoef(modality.vectors) @ np.ones(240)
    planted = np.corrcoef(world.looks) @ np.ones(240)
    assert np.corrcoef(near, planted)[0, 1] > 0.8


def test_every_pair_of_the_store_is_there_once(workspace: Workspace, world: World) -> None:
    with Store.open(workspace) as store:
        pairs = build(workspace, store, seed=7).dataset.interactions
    told = {}
    for user, item, time in zip(world.users, world.items, world.times, strict=True):
        told.setdefault(int(user), set()).add((int(item), int(time)))
    found = {}
    for user, item, time in zip(pairs.users, pairs.items, pairs.times, strict=True):
        found.setdefault(int(user), set()).add((int(item), int(time)))
    assert sorted(map(sorted, found.values())) == sorted(map(sorted, told.values()))


def test_hidden_items_are_learned_from_and_unknown_pictures_and_dislikes_are_not(
    workspace: Workspace, world: World
) -> None:
    liked, hidden = world.item_id(int(world.items[0])), world.item_id(int(world.items[-1]))
    with Store.open(workspace) as store:
        before = build(workspace, store, seed=7)
        store.hide(hidden, True)
        store.put_items(
            [ItemRecord("plain", "Plain"), ItemRecord("odd", "Odd", {}, [picture(9_9)])]
        )
        store.record([Event(liked, "dislike", "critic"), Event("plain", "like", "fan")])
        made = build(workspace, store, seed=7)
    ids = made.items["item_id"].to_pylist()
    assert made.items["hidden"].to_pylist() == [item == hidden for item in ids]
    assert ids[-2:] == ["plain", "odd"]
    modality = made.dataset.pictures["colour"]
    assert not modality.present[ids.index("plain")]
    assert modality.present[ids.index("odd")]
    counts = dict(zip(ids, made.dataset.interactions.item_counts.tolist(), strict=True))
    was = before.items["item_id"].to_pylist()
    assert counts[liked] == before.dataset.interactions.item_counts[was.index(liked)]
    assert counts[hidden] == before.dataset.interactions.item_counts[was.index(hidden)] > 0
    assert counts["plain"] == 1


def test_the_fingerprint_changes_with_items_and_events_alone(
    workspace: Workspace, world: World
) -> None:
    with Store.open(workspace) as store:
        first = build(workspace, store, seed=1).fingerprint
        assert build(workspace, store, seed=2).fingerprint == first
        store.record([Event(world.item_id(3), "view", "new person")])
        second = build(workspace, store, seed=1).fingerprint
        store.put_items([ItemRecord(world.item_id(3), "Renamed")])
        third = build(workspace, store, seed=1).fingerprint
    assert len({first, second, third}) == 3


def test_variants_of_a_product_share_a_number() -> None:
    attributes = [{"product_code": "a"}, {}, {"product_code": 7.0}, {"product_code": "a"}]
    groups = groups_of(attributes)
    assert groups.of_items.tolist() == [0, -1, 1, 0]
    assert groups.codes == {"a": 0, "7": 1}


def test_later_items_join_the_products_that_there_are() -> None:
    groups = groups_of([{"product_code": "a"}, {}, {"item_group_id": "b"}])
    more = groups.plus([{"product_code": "b"}, {"product_code": "c"}, {}, {"product_code": "c"}])
    assert more.of_items.tolist() == [0, -1, 1, 1, 2, -1, 2]
    assert groups.codes == {"a": 0, "b": 1}
    # One that comes still later has a number of its own.
    assert more.plus([{"product_code": "d"}]).of_items[-1] == 3


def test_an_item_of_another_code_is_of_another_product() -> None:
    groups = groups_of([{"product_code": "a"}, {"product_code": "a"}, {"item_group_id": "b"}])
    changed = groups.changed(np.array([2, 0], np.int32), [{"product_code": "a"}, {}])
    assert changed.of_items.tolist() == [-1, 0, 0]
    assert groups.of_items.tolist() == [0, 0, 1]
