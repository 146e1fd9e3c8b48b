"""What may be in an answer, item by item."""

from __future__ import annotations

import time

import numpy as np
import pytest
from test_repeat import DAY, FOREVER

from beholder.behaviour.history import EMPTY, History
from beholder.engine.allowed import allowed, away
from beholder.engine.engine import Engine
from beholder.engine.slate import Known
from planted import World

LIKED, DISLIKED, VIEWED = 3, 8, 11
NOW = int(time.time() * 1000)


@pytest.fixture
def history() -> History:
    """One item liked, one disliked, one only viewed: that one is in `seen` alone."""
    return History(
        np.array([LIKED], np.int32),
        np.zeros(1, np.int64),
        np.ones(1, np.float32),
        disliked=np.array([DISLIKED], np.int32),
        seen=np.array([LIKED, VIEWED], np.int32),
    )


def left_out(mask: np.ndarray) -> list[int]:
    return np.flatnonzero(~mask).tolist()


def test_what_was_liked_disliked_or_seen_is_left_out(reader: Engine, history: History) -> None:
    view = reader.now_showing
    assert left_out(allowed(view, history, ())) == [LIKED, DISLIKED, VIEWED]
    assert left_out(allowed(view, EMPTY, ())) == []


def test_what_is_liked_is_left_out_also_where_nothing_is_said_of_seen(reader: Engine) -> None:
    told = History(np.array([5], np.int32), np.zeros(1, np.int64), np.ones(1, np.float32))
    assert left_out(allowed(reader.now_showing, told, ())) == [5]


def test_where_things_come_again_those_on_their_way_and_dislikes_are_left_out(
    reader: Engine, history: History
) -> None:
    view = reader.now_showing
    assert left_out(allowed(view, history, (), np.array([VIEWED], np.int32))) == [DISLIKED, VIEWED]
    assert left_out(allowed(view, history, (), np.empty(0, np.int32))) == [DISLIKED]


def test_what_is_hidden_or_excluded_is_left_out_and_unknown_names_do_no_harm(
    engine: Engine, world: World
) -> None:
    engine.store.hide(world.item_id(2), True)
    view = engine.refresh()
    excluded = [world.item_id(7), "nowhere", world.item_id(7)]
    assert left_out(allowed(view, EMPTY, excluded)) == [2, 7]
    assert left_out(allowed(view, EMPTY, iter(excluded))) == [2, 7]


def test_the_view_that_others_read_is_not_written_to(reader: Engine, history: History) -> None:
    view = reader.now_showing
    allowed(view, history, ["item-0040"])
    assert view.shown.all()


# -- what stays away ------------------------------------------------------------------------


def known_until(history: History, *until: int) -> Known:
    return Known(history, None, np.array(until, np.int64) if until else None)


def test_until_its_moment_a_seen_item_stays_away(history: History) -> None:
    found = away(known_until(history, NOW - DAY, NOW + DAY), None)
    assert found.tolist() == [VIEWED]
    found = away(known_until(history, FOREVER, 0), None)
    assert found.tolist() == [LIKED]


def test_a_question_may_say_never_or_allow_whatever_the_settings_say(history: History) -> None:
    for known in (known_until(history, 0, 0), known_until(history, FOREVER, FOREVER)):
        assert away(known, "never") is None
        assert away(known, "allow").tolist() == []
    assert away(known_until(history), "allow").tolist() == []


def test_without_a_setting_all_of_it_stays_away(history: History) -> None:
    assert away(known_until(history), None) is None
