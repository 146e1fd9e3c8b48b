"""Fitting on tables in memory: any table, any ids, the same rules as an import."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from frame import Frame, columns

import beholder
from beholder.behaviour.kinds import CODES
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import leave_last_out
from beholder.errors import DataError, ShapeError, UsageError, VectorsError
from beholder.frames.events import events_of, log_from, moments
from beholder.frames.recommender import Recommender
from beholder.frames.table import read
from planted import World

SMALL = {"user": ["a", "a", "b", "b"], "item": ["x", "y", "x", "z"], "time": [1, 2, 3, 4]}


def quick(events: Any, **asked: Any) -> Recommender:
    return beholder.fit(events, model="itemknn", budget="2s", **asked)


def test_people_of_a_taste_are_recommended_that_taste(fitted: Recommender, world: World) -> None:
    places = {item: place for place, item in enumerate(fitted.ids)}
    right = 0
    for taste in range(8):
        history = [world.item_id(i) for i in np.flatnonzero(world.taste == taste)[:3].tolist()]
        found = fitted.recommend(history, k=10)
        assert len(found.ids) == len(found.scores) == 10
        assert not set(found.ids) & set(history)
        right += sum(world.taste[places[one]] == taste for one in found.ids)
    assert right > 60  # of 80; 10 by chance


def test_every_kind_of_table_gives_the_same_answers(world: World) -> None:
    own = columns(world)
    tables = [
        own,
        Frame(**own),
        pa.table(own),
        (own["user"], own["item"], own["time"]),
        {"customer_id": own["user"], "sku": own["item"], "timestamp": own["time"]},
        {**own, "time": own["time"].astype("datetime64[ms]")},
    ]
    history = [world.item_id(int(i)) for i in world.items[:3]]
    first, *others = [quick(table).recommend(history, k=5) for table in tables]
    for other in others:
        assert other.ids == first.ids
        np.testing.assert_array_equal(other.scores, first.scores)


def test_ids_may_be_anything_that_can_be_a_key() -> None:
    ids = [("shoe", 41), 7, "hat", 2.5, frozenset({1})]
    n = 60
    rows = np.arange(n)
    events = {
        "user": [(row // 3,) for row in range(n)],
        "item": [ids[(row // 3 + row) % 5] for row in range(n)],
        "time": rows + 1,
    }
    found = quick(events)
    assert set(found.ids) == set(ids)
    answer = found.recommend([("shoe", 41)], k=4)
    assert set(answer.ids) == set(ids) - {("shoe", 41)}


def test_numbers_are_ids_whatever_library_wrote_them() -> None:
    rows = np.arange(40)
    events = {"user": rows // 4, "item": rows * 3 % 10, "time": rows}
    found = quick(pa.table(events))
    assert found.ids == list(range(10))
    assert type(found.ids[0]) is int
    assert found.recommend([np.int64(3)], k=2).unknown == []


def test_kinds_and_values_mean_what_they_mean_in_a_file() -> None:
    told = events_of(
        {**SMALL, "kind": ["buy", "rating", "rate", "dislike"], "value": [None, 5, 1.5, None]}, {}
    )
    assert told.kinds.tolist() == [CODES[k] for k in ("purchase", "rating", "rating", "dislike")]
    rated = events_of({**SMALL, "rating": [5, 4, 1, 2]}, {})
    assert set(rated.kinds.tolist()) == {CODES["rating"]}
    assert set(events_of(SMALL, {}).kinds.tolist()) == {CODES["click"]}
    assert set(events_of(SMALL, {}, "like").kinds.tolist()) == {CODES["like"]}


@pytest.mark.parametrize(
    ("ratings", "threshold", "scale"),
    [([5, 4, 1, 2], 3.5, "1 to 5"), ([10, 4, 1, 7], 6.5, "1 to 10"),
     ([100, 20, 55, 70], 65, "0 to 100"), ([1, -1, 1, -1], 0.5, "-1 to 1")],
)  # fmt: skip
def test_where_liking_begins_is_told_by_the_scale_as_in_a_file(
    ratings: list[int], threshold: float, scale: str
) -> None:
    told = events_of({**SMALL, "rating": ratings}, {})
    assert told.threshold == threshold
    assert told.notes == (f"ratings of {scale}: from {threshold:g} on they are likes",)
    log = log_from(told, {item: place for place, item in enumerate(told.items.ids)}, 0)
    likes = [rating >= threshold for rating in ratings]
    assert [weight > 0 for weight in log.signed.tolist()] == likes


def test_ratings_that_rate_nothing_or_on_no_scale_are_not_taken_for_dislikes() -> None:
    with pytest.raises(DataError, match="rates nothing, on a scale of 1 to 5"):
        events_of({**SMALL, "rating": [5, 4, -1, 2]}, {})
    told = events_of({**SMALL, "rating": [500, 4, 900, 2]}, {})
    assert told.notes == ("ratings of 2 to 900 are on no usual scale: from 3.5 on they are likes",)


def test_all_values_of_a_column_tell_its_decimal_mark_as_in_a_file() -> None:
    told = events_of({**SMALL, "rating": ["4,5", "3,125", "2", "1"]}, {})
    assert told.values.tolist() == [4.5, 3.125, 2, 1]
    assert told.notes[0].startswith("rating: a comma is a decimal comma, 3,125 is 3.125 (")
    told = events_of({**SMALL, "quantity": ["1.000", "2", "3", "1"]}, {})
    assert told.notes[0].startswith("warning: quantity: 1.000 is read with a decimal point")
    items = {"id": ["x", "y", "z"], "price": ["1.299", "12,50", 7], "colour": ["1.299", "a", "b"]}
    found = quick(SMALL, items=items)
    own = [found.engine.item(item).attributes for item in "xyz"]
    assert [each["price"] for each in own] == [1299, 12.5, 7]
    assert own[0]["colour"] == "1.299"
    assert any(note.startswith("price: a point marks thousands") for note in found.notes)
    items = {"id": ["x", "y", "z"], "price": ["1.299", "1.499", "2.000"], "rating": [4.5, 4.5, 3.5]}
    notes = quick(SMALL, items=items).notes  # floats have no mark
    assert any(note.startswith("warning: price: 1.299 is read with a decimal") for note in notes)


def test_what_says_that_there_is_no_value_is_none() -> None:
    values = np.array([float("nan"), "4", "NULL", None], object)
    told = events_of({**SMALL, "kind": ["view", "rating", "view", "view"], "rating": values}, {})
    assert np.isnan(told.values).tolist() == [True, False, True, True]
    with pytest.raises(DataError, match="is a rating without a number"):
        events_of({**SMALL, "rating": values}, {})


def test_what_says_that_there_is_no_moment_is_counted() -> None:
    told = events_of({**SMALL, "time": ["2024-01-01", "-", "0000-00-00", "2024-01-02"]}, {})
    assert told.times.tolist()[1:3] == [0, 0]
    assert told.notes == ("events without a moment: their order is not known (2 of 4)",)


def test_moments_are_read_in_any_unit() -> None:
    second = 1_700_000_000
    for column in (
        np.array([second]),
        np.array([second * 1000]),
        np.array([second * 10**6]),
        np.array([second * 10**9]),
        np.array([float(second)]),
        np.array([second], "datetime64[s]"),
        np.array(["2023-11-14T22:13:20Z"], object),
        read({"t": pa.array([second * 1000], pa.timestamp("ms", "UTC"))}, "events")["t"],
    ):
        assert moments(column).tolist() == [second * 1000]
    bad = moments(np.array([np.nan, -1.0, 1e21]))
    assert bad.tolist() == [-1, -1, -1]
    assert moments(np.array(["NaT"], "datetime64[ns]")).tolist() == [-1]


def test_items_without_events_are_recommended_by_what_they_look_like(
    fitted: Recommender, world: World
) -> None:
    new = {world.item_id(i) for i in np.flatnonzero(world.new).tolist()}
    assert new < set(fitted.ids)
    history = [world.item_id(i) for i in np.flatnonzero((world.taste == 2) & ~world.new)[:4]]
    scores = fitted.score(sorted(new), history)
    own = np.array([world.taste[int(one[-4:])] == 2 for one in sorted(new)])
    assert scores[own].mean() > 2 * scores[~own].mean()


def test_titles_and_attributes_are_searched_and_filtered(fitted: Recommender) -> None:
    told = {"id": ["x", "y"], "size": [1, 2], "b": ["u", "v"], "a": [["s", "t"], None]}
    own = quick(SMALL, items=told).engine.item("x").attributes
    assert list(own.items()) == [("size", 1.0), ("b", "u"), ("a", ["s", "t"])]
    answer = fitted.engine.search("amber", k=3)
    assert all("amber" in item.title for item in answer.items)
    cheap = fitted.recommend([fitted.ids[3]], k=5, filter="price < 20")
    assert set(cheap.ids) <= {f"item-{i:04d}" for i in range(10)}


def test_what_items_do_not_tell_is_counted() -> None:
    found = quick(SMALL, items={"id": ["x", "new"], "title": ["A", "B"]})
    assert set(found.ids) == {"x", "y", "z", "new"}
    assert "2 items of the events are not among items: nothing is known of them" in found.notes


def test_vectors_may_come_by_id_or_by_row_with_gaps() -> None:
    by_id = quick(SMALL, vectors={"looks": {"x": [1.0, 0], "y": [0, 1.0], "late": [1.0, 1.0]}})
    assert "late" in by_id.ids
    rows = np.array([[1.0, 0.0], [np.nan, 0.0], [0.0, 1.0]])
    by_row = quick(SMALL, items={"id": ["x", "y", "z"]}, vectors={"looks": rows})
    space = by_row.engine.now_showing.content.spaces["looks"]
    assert space.present.tolist() == [True, False, True]


def test_what_is_easily_meant_otherwise_is_refused_with_what_to_write() -> None:
    found = quick(SMALL)
    with pytest.raises(UsageError, match="history is a list"):
        found.recommend("x")
    with pytest.raises(UsageError, match="tell the history itself"):
        found.recommend(user=1)
    with pytest.raises(VectorsError, match="by the name that you give them"):
        quick(SMALL, items={"id": ["x", "y", "z"]}, vectors=np.ones((3, 2)))
    with pytest.raises(UsageError, match="history is a list"):
        found.engine.recommend(history="x")


def test_three_events_are_enough_to_answer() -> None:
    found = beholder.fit((["a", "a", "b"], ["x", "y", "x"], [1, 2, 3]), budget="2s")
    assert set(found.recommend(k=5).ids) == {"x", "y"}
    assert found.recommend(["y"], k=5).ids == ["x"]


def test_the_same_data_and_seed_give_the_same_recommender(world: World) -> None:
    history = [world.item_id(5)]
    one, two = (quick(columns(world), seed=3).recommend(history) for _ in range(2))
    assert one.ids == two.ids
    np.testing.assert_array_equal(one.scores, two.scores)


def test_the_log_holds_every_event_with_the_weight_of_its_kind(world: World) -> None:
    own = columns(world)
    told = events_of({**own, "kind": ["purchase"] * len(own["user"])}, {})
    places = {item: place for place, item in enumerate(told.items.ids)}
    log = log_from(told, places, 7)
    assert len(log.interactions) == len(world.users)
    assert set(log.signed.tolist()) == {1.0}
    assert len(leave_last_out(Dataset(log, {}, [""] * len(places))).cases) == len(world.likes)


@pytest.mark.parametrize(
    ("events", "error", "words"),
    [
        ({"user": ["a"], "time": [1]}, DataError, "no column that looks like item; there are user"),
        ({"user": ["a"], "item": ["x"]}, DataError, r"looks like time.*columns=\{'time': NAME\}"),
        ({**SMALL, "time": [1, 2]}, ShapeError, r"user: 4, item: 4, time: 2"),
        ({"user": [], "item": [], "time": []}, DataError, "there are no events"),
        ({**SMALL, "item": ["x", None, "y", "z"]}, DataError, "row 1 has no item"),
        ({**SMALL, "user": [1.0, 2.0, float("nan"), 3.0]}, DataError, "row 2 has no user"),
        ({**SMALL, "item": [["x"], "y", "z", "x"]}, DataError, "row 0 has a list as its item"),
        ({**SMALL, "kind": ["like", "lick", "view", "x"]}, DataError, "2 of 4 .*row 1: kind is"),
        ({**SMALL, "time": [1, 2, -3, 4]}, DataError, "row 2: time is no moment since 1970"),
        ({**SMALL, "time": [1, 2, 3, 9e10]}, DataError, "row 3: time is in the future"),
        ({**SMALL, "kind": ["rating"] * 4}, DataError, "is a rating without a number"),
        (pa.Table.from_arrays([pa.array([1])] * 3, ["user", "item", "item"]), DataError,
         "events have two columns 'item'"),
        (3, UsageError, "events are a int.*DataFrame"),
        ([1, 2], UsageError, "events are a list"),
    ],
)  # fmt: skip
def test_events_that_cannot_be_meant_are_refused(
    events: Any, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        quick(events)


@pytest.mark.parametrize(
    ("asked", "error", "words"),
    [
        ({"columns": {"user": "buyer"}}, DataError, "no column 'buyer'"),
        ({"columns": {"who": "user"}}, UsageError, "columns names 'who'.*one of user"),
        ({"kind": "lick"}, UsageError, "no kind of event 'lick'"),
        ({"items": {"id": ["x", "x"]}}, DataError, "item 'x' comes 2 times"),
        ({"items": {"name": ["x"]}}, DataError, "looks like item"),
        ({"items": {"id": ["x"], "size": [float("inf")]}}, DataError, "size of item 'x'"),
        ({"vectors": {"v": np.ones((3, 2))}}, VectorsError, "no items whose rows"),
        ({"vectors": {"v": np.ones((2, 3))}, "items": {"id": ["x", "y", "z"]}}, VectorsError,
         r"shape \(2, 3\), wanted \(3, dim\)"),
        ({"vectors": {"v": [[1.0], [1.0, 2.0]]}}, VectorsError, "no matrix of numbers"),
        ({"vectors": {"v": {"x": [1.0], "y": [1.0, 2.0]}}}, VectorsError, "different lengths"),
        ({"vectors": {"v": {"x": ["a"]}}}, VectorsError, "'v'"),
        ({"vectors": {"words": {"x": [1.0]}}}, VectorsError, "what texts are compared by"),
        ({"vectors": {"..": {"x": [1.0]}}}, VectorsError, "no name for vectors"),
        ({"vectors": {"": {"x": [1.0]}}}, VectorsError, "no name for vectors"),
    ],
)  # fmt: skip
def test_what_is_told_besides_is_checked(
    asked: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        quick(SMALL, **asked)


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match="no model 'nosuch'"):
        beholder.fit(SMALL, model="nosuch")
