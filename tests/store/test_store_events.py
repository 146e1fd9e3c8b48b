from __future__ import annotations

import math
import time

import msgspec
import pytest

from beholder.behaviour.event import Event
from beholder.behaviour.kinds import CODES
from beholder.errors import DataError
from beholder.store import Store, Who

SAM = Who("user", "sam")


@pytest.fixture(params=["plain", "encrypted"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def statuses(store: Store, *events: Event) -> list[str]:
    return [outcome.status for outcome in store.record(events)]


def test_the_same_person_item_kind_time_and_value_is_one_event(store: Store) -> None:
    event = Event("a", "rating", user="sam", time=5_000, value=4.0)
    assert statuses(store, event, event) == ["stored", "same"]
    assert statuses(store, event) == ["same"]
    others = [
        Event("b", "rating", user="sam", time=5_000, value=4.0),
        Event("a", "click", user="sam", time=5_000, value=4.0),
        Event("a", "rating", user="sam", time=5_001, value=4.0),
        Event("a", "rating", user="sam", time=5_000, value=5.0),
        Event("a", "rating", user="sam", time=5_000, value=0.0),
        Event("a", "rating", user="kim", time=5_000, value=4.0),
        Event("a", "rating", session="sam", time=5_000, value=4.0),
    ]
    assert statuses(store, *others) == ["stored"] * 7


def test_an_event_id_with_the_same_body_is_the_same_and_with_another_a_conflict(
    store: Store,
) -> None:
    event = Event("a", "click", user="sam", event_id="e1")
    other = Event("b", "click", user="sam", event_id="e1")
    assert statuses(store, event, event, other) == ["stored", "same", "conflict"]
    time.sleep(0.002)  # it has no time of its own: a repeat arrives later and is still the same
    assert statuses(store, event, other) == ["same", "conflict"]
    assert len(store.snapshot("sam").seqs) == 1
    assert statuses(store, Event("b", "click", user="kim", event_id="e1")) == ["stored"]


def test_a_conflict_does_not_stop_the_rest_of_its_batch(store: Store) -> None:
    statuses(store, Event("a", "click", user="sam", event_id="e1"))
    found = statuses(
        store,
        Event("b", "click", user="sam", event_id="e1"),
        Event("nope", "click", user="sam"),
        Event("c", "click", user="sam"),
    )
    assert found == ["conflict", "unknown-item", "stored"]
    assert store.snapshot("sam").seqs.tolist() == [1, 3]


def test_an_event_with_an_id_of_its_own_is_another_event(store: Store) -> None:
    plain = Event("a", "purchase", user="sam", time=9, value=1.0)
    orders = [msgspec.structs.replace(plain, event_id=name) for name in ("order-1", "order-2")]
    assert statuses(store, plain, *orders) == ["stored", "stored", "stored"]
    assert statuses(store, plain, *orders) == ["same", "same", "same"]
    assert len(store.snapshot("sam").seqs) == 3
    assert store.retract(SAM, "order-1")
    assert statuses(store, *orders) == ["same", "same"]
    assert len(store.snapshot("sam").seqs) == 2


def test_two_reviews_of_one_moment_both_keep_their_words(store: Store) -> None:
    review = Event("a", "review", user="sam", time=9)
    both = [
        msgspec.structs.replace(review, event_id=name, text=f"words of {name}") for name in "xy"
    ]
    assert statuses(store, *both) == ["stored", "stored"]
    texts = [record.get("text") for record in store.export("sam")][1:]
    assert texts == ["words of x", "words of y"]


def test_the_name_that_the_store_gave_says_which_event_is_meant(store: Store) -> None:
    first = Event("a", "like", user="sam", time=9, event_id="mine")
    store.record([first])
    name = list(store.export("sam"))[1]["event_id"]
    assert statuses(store, msgspec.structs.replace(first, event_id=name)) == ["same"]
    other = Event("b", "like", user="sam", time=9, event_id=name)
    assert statuses(store, other) == ["conflict"]
    assert len(store.snapshot("sam").seqs) == 1


def test_a_snapshot_has_the_history_oldest_first(store: Store) -> None:
    store.record(
        [
            Event("b", "rating", user="sam", time=2_000, value=3.5),
            Event("a", "click", user="sam", time=1_000),
            Event("c", "like", session="s", time=1_500),
        ]
    )
    sam = store.snapshot("sam")
    assert sam.known
    assert sam.seqs.tolist() == [1, 2]
    _, times, kinds, values = sam.columns()
    assert times.tolist() == [1_000, 2_000]
    assert kinds.tolist() == [CODES["click"], CODES["rating"]]
    assert math.isnan(values[0])
    assert values[1] == 3.5
    assert sam.version == store.catalogue_version()
    assert store.snapshot("sam", "s").seqs.tolist() == [1, 3, 2]
    nobody = store.snapshot("nobody")
    assert (nobody.known, nobody.profiling, len(nobody.seqs)) == (False, True, 0)
    assert not store.snapshot().known


def test_an_undone_event_stays_undone_when_its_post_is_repeated(store: Store) -> None:
    event = Event("a", "like", user="sam", event_id="e1")
    store.record([event])
    assert store.retract(SAM, "e1")
    assert not store.retract(SAM, "e1")
    assert statuses(store, event) == ["same"]
    assert len(store.snapshot("sam").seqs) == 0


def test_an_event_without_an_id_can_be_taken_back_by_the_name_it_got(store: Store) -> None:
    outcome = store.record([Event("a", "like", user="sam", value=-2.0)])[0]
    assert not store.retract(Who("user", "kim"), outcome.event_id)
    assert not store.retract(Who("session", "sam"), outcome.event_id)
    assert store.retract(SAM, outcome.event_id)
    assert not store.retract(SAM, "no such event")


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (Event("a", "click"), "user"),
        (Event("a", "click", user="u", session="s"), "user"),
        (Event("a", "click", user=""), "user"),
        (Event("a", "click", user="x" * 257), "user"),
        (Event("a\x07", "click", user="u"), "item"),
        (Event("a", "dance", user="u"), "kind"),  # type: ignore[arg-type]
        (Event("a", "rating", user="u", value=math.inf), "value"),
        (Event("a", "click", user="u", time=-1), "time"),
        (Event("a", "click", user="u", time=2**62), "time"),
        (Event("a", "click", user="u", event_id="\x00"), "event_id"),
        (Event("a", "review", user="u", text="\udfff"), "text"),
        (Event("a", "click", user="u", answer="0a1"), "answer"),
        (Event("a", "click", user="u", answer="0A" * 8), "answer"),
        (Event("a", "click", user="u", answer="0a" * 17), "answer"),
        (Event("a", "click", user="u", answer="0a" * 8, place=-1), "place"),
        (Event("a", "click", user="u", answer="0a" * 8, place=10_000), "place"),
        (Event("a", "click", user="u", place=3), "place"),
    ],
)
def test_a_malformed_event_is_refused_with_its_field(
    store: Store, event: Event, field: str
) -> None:
    with pytest.raises(DataError) as caught:
        store.record([Event("b", "click", user="fine"), event])
    assert caught.value.field == f"events[1].{field}"
    assert not store.snapshot("fine").known


def test_what_a_person_wrote_is_encrypted_and_comes_back_in_the_export(store: Store) -> None:
    words = "a review that nobody else may read"
    store.record([Event("a", "review", user="sam", time=1, text=words)])
    assert [r.get("text") for r in store.export("sam")] == [None, words]
    if store.database.is_sqlite:
        raw = b"".join(path.read_bytes() for path in store.workspace.store.glob("*.db*"))
        assert words.encode() not in raw


def test_a_deleted_item_takes_no_events(store: Store) -> None:
    store.delete_item("a")
    assert statuses(store, Event("a", "click", user="sam")) == ["unknown-item"]
    store.hide("b", True)
    assert statuses(store, Event("b", "click", user="sam")) == ["stored"]


def test_only_the_newest_ten_thousand_events_come(store: Store) -> None:
    store.record([Event("a", "view", user="sam", time=t) for t in range(10_050)])
    _, times, _, _ = store.snapshot("sam").columns()
    assert (len(times), times[0], times[-1]) == (10_000, 50, 10_049)


def test_events_of_one_moment_come_as_they_were_stored(store: Store) -> None:
    """Of a user and the session at once, and around events of other moments."""
    marks = ["share", "click", "save", "view", "like", "cart"]
    store.record([Event("b", "view", user="sam", time=9), Event("b", "view", user="sam", time=5)])
    for number, kind in enumerate(marks):
        who = {"session": "s"} if number == 3 else {"user": "sam"}
        store.record([Event("a", kind, time=7, **who)])
    _, times, kinds, _ = store.snapshot("sam", "s").columns()
    assert times.tolist() == [5, *[7] * 6, 9]
    assert kinds[1:-1].tolist() == [CODES[kind] for kind in marks]


def test_an_event_keeps_the_answer_and_place_that_it_names(store: Store) -> None:
    unknown = "0123456789abcdef"
    store.record(
        [
            Event("a", "click", user="sam", time=1, answer=unknown, place=0),
            Event("b", "click", user="sam", time=2, answer=unknown),
            Event("c", "click", user="sam", time=3),
        ]
    )
    told = list(store.export("sam"))[1:]
    assert [record.get("answer") for record in told] == [unknown, unknown, None]
    assert [record.get("place") for record in told] == [0, None, None]


def test_an_event_sent_again_with_another_place_is_a_conflict(store: Store) -> None:
    event = Event("a", "click", user="sam", event_id="e", answer="0a" * 8, place=1)
    assert statuses(store, event) == ["stored"]
    assert statuses(store, event) == ["same"]
    assert statuses(store, msgspec.structs.replace(event, place=2)) == ["conflict"]
