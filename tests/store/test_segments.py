from __future__ import annotations

import random
import threading

import numpy as np
import pyarrow.parquet as pq
import pytest

from beholder.behaviour.event import Event
from beholder.store import Store, TrainingEvents, Who, events, segments
from beholder.store.loading import Loader


def rows(found: TrainingEvents) -> list[tuple[object, ...]]:
    """The events as rows that can be compared; NaN as None."""
    values = [None if v != v else v for v in found.values.tolist()]
    return sorted(
        zip(found.seqs.tolist(), found.times.tolist(), found.kinds.tolist(), values, strict=True),
        key=str,
    )


def in_sql(store: Store) -> int:
    with store.database.read() as connection:
        return events.count(connection)


@pytest.fixture
def filled(store: Store) -> Store:
    draw = random.Random(3)
    store.record(
        [
            Event(
                draw.choice("abc"),
                draw.choice(["click", "save"]),  # type: ignore[arg-type]
                user=f"u{draw.randrange(40)}",
                time=draw.randrange(10**6),
                value=draw.choice([None, 1.0, 4.5]),
            )
            for _ in range(500)
        ]
    )
    return store


def test_segments_hold_what_sql_holds(filled: Store) -> None:
    before = filled.training_events()
    assert filled.seal() == len(before)
    assert filled.seal() == 0
    after = filled.training_events()
    assert rows(after) == rows(before)
    assert after.n_users == before.n_users == len(set(after.users.tolist()))
    assert after.users.max() == after.n_users - 1


def test_what_arrives_after_sealing_is_read_as_well(filled: Store) -> None:
    filled.seal()
    n = len(filled.training_events())
    filled.record([Event("a", "save", user="late")])
    assert len(filled.training_events()) == n + 1


def test_events_of_a_person_keep_the_order_in_which_they_were_stored(store: Store) -> None:
    for item in "cab":
        store.record([Event(item, "click", user="sam", time=7), Event("a", "view", user="kim")])
    for _ in range(2):
        found = store.training_events()
        sam = found.users[found.times == 7][0]
        assert found.seqs[found.users == sam].tolist() == [3, 1, 2]
        store.seal()


def test_lost_files_are_made_again(filled: Store) -> None:
    filled.seal()
    before = rows(filled.training_events())
    files = sorted(filled.segments.iterdir())
    assert len(files) == segments.BUCKETS
    for path in files[::2]:
        path.unlink()
    assert rows(filled.training_events()) == before
    assert len(list(filled.segments.iterdir())) == segments.BUCKETS


def test_a_broken_file_is_noticed_and_made_again(filled: Store) -> None:
    filled.seal()
    before = rows(filled.training_events())
    path = max(filled.segments.iterdir(), key=lambda p: p.stat().st_size)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    assert rows(filled.training_events()) == before
    assert rows(filled.training_events()) == before
    assert bytes(data) not in [p.read_bytes() for p in filled.segments.iterdir()]


def test_erasing_and_undoing_reach_into_segments(filled: Store) -> None:
    filled.record([Event("a", "share", user="sam", event_id="e"), Event("b", "save", user="kim")])
    filled.seal()
    before = filled.training_events()
    assert filled.retract(Who("user", "sam"), "e")
    filled.erase("kim")
    after = filled.training_events()
    assert len(after) == len(before) - 2
    assert filled.seal() == 0


def test_an_erasure_during_sealing_leaves_nothing_behind(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled.record([Event("a", "share", user="sam")])
    write, erased = segments._write, threading.Event()

    def slow(*given: object) -> object:
        made = write(*given)  # type: ignore[arg-type]
        if not erased.is_set():
            erased.set()
            filled.erase("sam")  # the files are written, their listing is not committed
        return made

    monkeypatch.setattr(segments, "_write", slow)
    filled.seal()
    monkeypatch.undo()
    assert erased.is_set()
    in_files = sum(pq.read_metadata(path).num_rows for path in filled.segments.iterdir())
    assert 0 < in_files <= in_sql(filled), "the bucket of the erased person is not among them"
    n = len(filled.training_events())
    in_files = sum(pq.read_metadata(path).num_rows for path in filled.segments.iterdir())
    assert n == in_files == in_sql(filled)


def test_a_large_import_is_sealed_from_its_own_arrays(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segments, "TAIL", 100)
    store.record([Event("a", "click", user="before", time=1)])
    with Loader(store) as loader:
        people = loader.people([Who("user", f"u{i}") for i in range(50)])
        n = 1_000
        loader.add(
            people[np.arange(n) % 50],
            np.full(n, 2, np.int32),
            np.full(n, 3, np.uint8),
            np.arange(n, dtype=np.int64),
            np.full(n, np.nan, np.float32),
        )
    assert (loader.stored, loader.same) == (n, 0)
    assert len(list(store.segments.iterdir())) == segments.BUCKETS
    assert len(store.training_events()) == n + 1
    for path in store.segments.iterdir():
        path.unlink()
    assert len(store.training_events()) == n + 1


def test_loading_again_and_repeats_inside_of_a_load_count_as_the_same(store: Store) -> None:
    store.record([Event("a", "click", user="u1", time=5, value=2.0)])
    for expected in [(2, 3), (0, 5)]:
        with Loader(store) as loader:
            people = loader.people([Who("user", "u1"), Who("user", "u2")])
            loader.add(
                people[[0, 1, 1, 0, 1]],
                np.array([1, 1, 1, 1, 1], np.int32),
                np.array([2, 2, 2, 2, 3], np.uint8),
                np.array([5, 5, 5, 5, 5], np.int64),
                np.array([2.0, 2.0, 2.0, 2.0, np.nan], np.float32),
            )
        assert (loader.stored, loader.same) == expected
    assert len(store.training_events()) == 3


def test_a_person_who_is_erased_while_a_load_runs_is_not_revived(store: Store) -> None:
    with Loader(store) as loader:
        people = loader.people([Who("user", "sam"), Who("user", "kim")])
        loader.add(
            people,
            np.ones(2, np.int32),
            np.full(2, 2, np.uint8),
            np.arange(2, dtype=np.int64),
            np.full(2, np.nan, np.float32),
        )
        with store.database.read() as connection:
            removals = segments.removed(connection)
        store.erase("sam")
        found = loader._parts[0]
        loader._insert(found, found.times, removals)
        loader._parts.clear()
    assert in_sql(store) == 1
    assert len(store.snapshot("kim").seqs) == 1
    with Loader(store) as loader:
        assert loader.people([Who("user", "sam")]).tolist() == [-1]
