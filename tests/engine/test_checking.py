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
    refused(lambda: reader.search(choices={"price": [5]}), "choices.price")
    refused(lambda: reader.search("amber", facets=5), "facets")


def test_numbers_and_lists_of_other_libraries_are_what_they_say(reader: Engine) -> None:
    plain = reader.recommend(k=4, diversity=0.5, exclude=[ITEM])
    told = {"k": np.int64(4), "diversity": np.float32(0.5)}
    for exclude in ((ITEM,), {ITEM}, np.array([ITEM]), iter([ITEM])):
        assert reader.recommend(exclude=exclude, **told).items == plain.items
    assert reader.recommend(k=4, diversity=1).items == reader.recommend(k=4, diversity=1.0).items


EVENTS = [
    "like",
    5,
    ["like"],
    [5],
    {"item": 5, "kind": "like", "user": "ann"},
    {"item": ITEM, "kind": "like", "user": "ann", "value": "5"},
    Event(5, "like", "ann"),  # type: ignore[arg-type]
    Event(ITEM, "like", 5),  # type: ignore[arg-type]
    Event(ITEM, "rating", "ann", value="5"),  # type: ignore[arg-type]
    Event(ITEM, "glance", "ann"),  # type: ignore[arg-type]
    Event(ITEM, "like", "ann", time=1.5e12 + 0.5),  # type: ignore[arg-type]
]


def test_an_event_has_fields_of_their_types(engine: Engine) -> None:
    for event in EVENTS:
        refused(lambda event=event: engine.record(event), "event")
