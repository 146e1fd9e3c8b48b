"""What cannot be meant is refused in Python as over HTTP, with the argument and what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from beholder.behaviour.event import Event
from beholder.engine.engine import Engine
from beholder.engine.question import Question
from beholder.errors import DataError, UsageError

NAN = float("nan")
ITEM = "item-0001"
COUNTS = [0, 1001, 1.5, 20.0, True, "3", None, NAN, [3]]
SHARES = [NAN, 2, -0.1, True, "0.5", [0.5]]
LISTS = ["abc", b"abc", 5, {"abc": 1}]


def refused(ask: Callable[[], Any], field: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        ask()
    assert caught.value.field == field
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize("k", COUNTS)
def test_a_length_is_a_whole_number_wherever_one_is_told(reader: Engine, k: Any) -> None:
    for ask in (
        lambda: reader.recommend(k=k),
        lambda: reader.recommend(question=Question(k=k)),
        lambda: reader.recommend_json(k=k),
        lambda: reader.similar(ITEM, k=k),
        lambda: reader.row("popular", k=k),
        lambda: reader.search("amber", k=k),
    ):
        assert repr(k) in refused(ask, "k").message


@pytest.mark.parametrize("diversity", SHARES)
def test_diversity_is_a_number_from_0_to_1(reader: Engine, diversity: Any) -> None:
    refused(lambda: reader.recommend(diversity=diversity), "diversity")


@pytest.mark.parametrize("told", LISTS)
def test_a_list_is_no_text_whose_letters_are_taken(reader: Engine, told: Any) -> None:
    refused(lambda: reader.recommend(exclude=told), "exclude")
    refused(lambda: reader.score(told), "items")
    refused(lambda: reader.predictions(told), "items")
    refused(lambda: reader.recommend(history=told), "history")
    assert "['abc']" in refused(lambda: reader.recommend(exclude="abc"), "exclude").remedy


def test_what_is_advised_can_be_followed(reader: Engine) -> None:
    for ask, field in (
        (lambda: reader.explain(None), "item"),  # type: ignore[arg-type]
        (lambda: reader.recommend(exclude=[None]), "exclude[0]"),  # type: ignore[list-item]
        (lambda: reader.score(np.array([[ITEM, ITEM]])), "items[0]"),  # type: ignore[arg-type]
        (lambda: reader.recommend(exclude=np.array("a")), "exclude"),
        (lambda: reader.search("amber", facets=None), "facets"),  # type: ignore[arg-type]
        (lambda: reader.search("amber", facets=b"abc"), "facets"),  # type: ignore[arg-type]
        (lambda: reader.facets(None), "names"),  # type: ignore[arg-type]
    ):
        error = refused(ask, field)
        assert "None" not in error.remedy
        assert "array" not in error.remedy
        assert "97" not in error.message


@pytest.mark.parametrize("text", ["", "a" * 257, "a\0b", "\ud800"])
def test_what_is_no_id_is_refused_wherever_one_is_told(reader: Engine, text: str) -> None:
    for ask, field in (
        (lambda: reader.recommend(user=text), "user"),
        (lambda: reader.recommend(session=text, history=[ITEM]), "session"),
        (lambda: reader.recommend(history=[ITEM, text]), "history[1]"),
        (lambda: reader.recommend(history=[{"item": text}]), "history[0].item"),
        (lambda: reader.recommend(history=[Event(text, "like", "ann")]), "history[0].item"),
        (lambda: reader.recommend(exclude=[ITEM, text]), "exclude[1]"),
    ):
        with pytest.raises((UsageError, DataError)) as caught:
            ask()
        assert caught.value.field == field
        assert caught.value.remedy


@pytest.mark.parametrize(
    ("entry", "field"),
    [
        ({"item": ITEM, "knid": "dislike"}, ""),
        ({"item": ITEM, "kind": "glance"}, ".kind"),
        ({"item": ITEM, "time": True}, ".time"),
        ({"item": ITEM, "time": "5"}, ".time"),
        ({"item": ITEM, "value": NAN}, ".value"),
        ({"item": ITEM, "value": 10**400}, ".value"),
        ({"kind": "like"}, ""),
        (5, ""),
        (None, ""),
        (Event(5, "like", "ann"), ".item"),  # type: ignore[arg-type]
        (Event(["a"], "like", "ann"), ".item"),  # type: ignore[arg-type]
        (Event(ITEM, ["x"], "ann"), ".kind"),  # type: ignore[arg-type]
        (Event(ITEM, "like", "ann", time="5"), ".time"),  # type: ignore[arg-type]
    ],
)
def test_a_history_that_is_told_is_read_as_over_http(
    reader: Engine, entry: Any, field: str
) -> None:
    refused(lambda: reader.recommend(history=[ITEM, entry]), f"history[1]{field}")
    refused(lambda: reader.score([ITEM], history=[ITEM, entry]), f"history[1]{field}")


def test_a_question_is_one(reader: Engine) -> None:
    for question in ({"k": 5}, [], 0):
        refused(lambda question=question: reader.recommend(question=question), "question")


def test_ids_are_texts(reader: Engine) -> None:
    refused(lambda: reader.recommend(exclude=["a", 5]), "exclude[1]")
    assert refused(lambda: reader.score([7]), "items[0]").remedy == "tell '7'"
    for item in (7, None, ["a"], b"a"):
        for ask in (reader.similar, reader.explain, reader.item, reader.variants):
            refused(lambda ask=ask, item=item: ask(item), "item")


@pytest.mark.parametrize("who", [5, "", b"ann", ["ann"], True])
def test_who_asks_is_named_by_a_text(reader: Engine, who: Any) -> None:
    for field in ("user", "session"):
        told = {field: who}
        for ask in (
            lambda told=told: reader.recommend(**told),
            lambda told=told: reader.recommend(history=[ITEM], **told),
            lambda told=told: reader.row("popular", **told),
            lambda told=told: reader.score([ITEM], **told),
            lambda told=told: reader.explain(ITEM, **told),
        ):
            refused(ask, field)
        with pytest.raises(DataError, match="where there is none"):
            reader.recommend(**{field: "None"})


@pytest.mark.parametrize("text", [5, b"price < 5", ["price < 5"], True])
def test_a_text_is_told_as_one(reader: Engine, text: Any) -> None:
    refused(lambda: reader.recommend(page=text), "page")
    refused(lambda: reader.recommend(filter=text), "filter")
    refused(lambda: reader.similar(ITEM, filter=text), "filter")
    refused(lambda: reader.row("popular", filter=text), "filter")
    refused(lambda: reader.search("amber", filter=text), "filter")
    refused(lambda: reader.search(text), "words")
    refused(lambda: reader.explain(ITEM, answer=text), "answer")


@pytest.mark.parametrize("place", [1.5, True, "0", None, 10_001])
def test_a_place_is_a_whole_number(reader: Engine, place: Any) -> None:
    refused(lambda: reader.search("amber", place=place), "place")


def test_choices_are_texts_by_attribute(reader: Engine) -> None:
    refused(lambda: reader.search(choices="vase"), "choices")
    refused(lambda: reader.search(choices={"price": 5}), "choices.price")
    refused(lambda: reader.search(choices={"price": [5]}), "choices.price[0]")
    for none in ([], "", 0):
        refused(lambda none=none: reader.search("amber", choices=none), "choices")
    refused(lambda: reader.search("amber", facets=5), "facets")


def test_numbers_and_lists_of_other_libraries_are_what_they_say(reader: Engine) -> None:
    plain = reader.recommend(k=4, diversity=0.5, exclude=[ITEM])
    told = {"k": np.int64(4), "diversity": np.float32(0.5)}
    for exclude in ((ITEM,), {ITEM}, np.array([ITEM]), iter([ITEM])):
        assert reader.recommend(exclude=exclude, **told).items == plain.items
    assert reader.recommend(k=4, diversity=1).items == reader.recommend(k=4, diversity=1.0).items


EVENTS = [
    ("like", "event"),
    (5, "event"),
    (["like"], "event"),
    ([5], "event"),
    ({"item": 5, "kind": "like", "user": "ann"}, "item"),
    ({"item": ITEM, "kind": "like", "user": "ann", "value": "5"}, "value"),
    (Event(5, "like", "ann"), "item"),  # type: ignore[arg-type]
    (Event(ITEM, "like", 5), "user"),  # type: ignore[arg-type]
    (Event(ITEM, "rating", "ann", value="5"), "value"),  # type: ignore[arg-type]
    (Event(ITEM, "glance", "ann"), "kind"),  # type: ignore[arg-type]
    (Event(ITEM, "like", "ann", time=1.5e12 + 0.5), "time"),  # type: ignore[arg-type]
    (Event(ITEM, "like", "ann", time=np.bool_(True)), "time"),  # type: ignore[arg-type]
    (Event(ITEM, ["like"], "ann"), "kind"),  # type: ignore[arg-type]
]


@pytest.mark.parametrize(("event", "field"), EVENTS)
def test_an_event_has_fields_of_their_types(engine: Engine, event: Any, field: str) -> None:
    refused(lambda: engine.record(event), field)


def test_of_several_events_the_wrong_one_is_told(engine: Engine) -> None:
    good = Event(ITEM, "like", "ann")
    for wrong, field in (
        (Event(ITEM, "like", "null"), "user"),
        (Event(ITEM, "like"), "user"),
        (Event(ITEM, "like", session=""), "session"),
        (Event(ITEM, "like", "ann", time=5), "time"),
        (Event(ITEM, "like", 5), "user"),  # type: ignore[arg-type]
    ):
        with pytest.raises((UsageError, DataError), match=r"events\[2\]") as caught:
            engine.record([good, good, wrong])
        assert caught.value.field == f"events[2].{field}"
        with pytest.raises((UsageError, DataError)) as caught:
            engine.record([wrong])
        assert caught.value.field == field
    assert engine.recommend("ann").level == "popular"


def test_numbers_of_numpy_are_numbers_in_events(engine: Engine) -> None:
    value, time = np.float64(4), np.int64(1_700_000_000_000)
    events = [
        Event(ITEM, "rating", "ann", value=value, time=time),  # type: ignore[arg-type]
        {"item": ITEM, "kind": "rating", "user": "bob", "value": np.float32(4), "time": time},
    ]
    assert [one.status for one in engine.record(events)] == ["stored", "stored"]
    assert [one.status for one in engine.record(events)] == ["same", "same"]
    assert engine.recommend(history=events[:1]).items == engine.recommend("ann").items
