"""Where an item stood in an answer: each place with its own score, chance and source."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.engine.answer import Placed
from beholder.engine.engine import Engine
from beholder.engine.placed import placed_in
from beholder.errors import UnknownAnswerError
from beholder.store import GroupWriter, Snapshot, Store
from beholder.store.answer_log import Given
from beholder.store.answers import EXPLORE, HISTORY, PINNED, Shown, pack

ANSWER = "0a" * 8
BUNDLE = "20260101T000000-0001"  # not the one that is served
USER, SESSION = 1, 2


@pytest.fixture
def store(engine: Engine) -> Store:
    """A store in which one answer of three places was given."""
    assert engine.store is not None
    assert engine.bundle != BUNDLE
    return engine.store


def give(store: Store, person: int | None, answer: str = ANSWER) -> None:
    shown = Shown(
        np.array([12, 7, 30], np.int32),
        np.array([0.75, 0.5, 0.25], np.float32),
        np.array([1.0, 0.875, 0.0625], np.float32),
        np.array([PINNED, HISTORY, EXPLORE], np.uint8),
    )
    store.waiting.put(Given(bytes.fromhex(answer), person, BUNDLE, 7, 0, pack(shown)))
    GroupWriter(store).close()


def asks(*persons: int) -> Snapshot:
    return Snapshot(0, persons=persons)


def test_every_place_is_told_as_it_was_shown(store: Store) -> None:
    give(store, USER)
    found = [placed_in(store, ANSWER, asks(USER), seq) for seq in (12, 7, 30)]
    assert found == [
        Placed(ANSWER, BUNDLE, 0, 0.75, 1.0, "pinned"),
        Placed(ANSWER, BUNDLE, 1, 0.5, 0.875, "history"),
        Placed(ANSWER, BUNDLE, 2, 0.25, 0.0625, "explore"),
    ]


def test_an_answer_to_the_session_or_to_the_user_is_told_to_whoever_is_both(store: Store) -> None:
    give(store, SESSION)
    assert placed_in(store, ANSWER, asks(USER, SESSION), 7).place == 1
    assert placed_in(store, ANSWER, asks(SESSION), 7).place == 1
    with pytest.raises(UnknownAnswerError):
        placed_in(store, ANSWER, asks(USER), 7)


@pytest.mark.parametrize("seen", [None, asks(), asks(USER)])
def test_an_answer_that_names_nobody_is_told_to_nobody(store: Store, seen: Snapshot | None) -> None:
    give(store, None)
    with pytest.raises(UnknownAnswerError, match="no answer"):
        placed_in(store, ANSWER, seen, 7)


def test_without_a_store_nothing_is_kept_and_the_error_says_who_keeps_answers() -> None:
    with pytest.raises(UnknownAnswerError, match="no answer '0a0a") as caught:
        placed_in(None, ANSWER, asks(USER), 7)
    assert caught.value.field == "answer"
    assert caught.value.remedy is not None
    assert "serve.log_answers" in caught.value.remedy


def test_an_item_that_was_not_in_the_answer_has_no_place_in_it(store: Store) -> None:
    give(store, USER)
    with pytest.raises(UnknownAnswerError, match="was not in answer") as caught:
        placed_in(store, ANSWER, asks(USER), 0)
    assert caught.value.field == "answer"


def test_a_name_of_any_length_is_told_back_cut(store: Store) -> None:
    with pytest.raises(UnknownAnswerError) as caught:
        placed_in(store, "z" * 10_000, asks(USER), 7)
    assert len(str(caught.value)) < 500
