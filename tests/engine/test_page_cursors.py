"""How an answer goes on behind a page, and for whom its cursor opens."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from late_world import made_parts

from beholder.engine import overlay
from beholder.engine.cursor import PLACES, Cursor
from beholder.engine.overlay import Overlay
from beholder.engine.pages import NOBODY, Pages, Who, after, begun, gone_on, there
from beholder.engine.question import Question
from beholder.errors import UsageError
from planted import make_world

KEY = bytes(range(32))
ANN: Who = ("ann", None)


@cache
def made_view() -> Overlay:
    return overlay.bare(made_parts(make_world()))


@pytest.fixture
def view() -> Overlay:
    return made_view()


def positions(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int32)


def test_an_answer_goes_on_behind_what_was_shown_and_without_what_was_left_out(
    view: Overlay,
) -> None:
    first = after(begun("9f3a", Question(), told=False), view, positions(5, 6), ())
    assert first is not None
    assert (first.answer, first.place, first.excluded) == ("9f3a", 2, [])
    assert there(view, first.shown).tolist() == [5, 6]
    left_out = [view.cards[8].id, "nothing", view.cards[9].id]
    second = after(first, view, positions(7), [*left_out, *left_out])
    assert second is not None
    assert second.place == 3
    assert there(view, second.shown).tolist() == [5, 6, 7]
    assert there(view, second.excluded).tolist() == [8, 9]
    third = after(second, view, positions(10), [view.cards[9].id, view.cards[11].id])
    assert third is not None
    assert there(view, third.excluded).tolist() == [8, 9, 11]


def test_what_the_catalogue_no_longer_knows_stands_for_no_position(view: Overlay) -> None:
    seqs = view.seqs[[5, 7]].tolist()
    assert there(view, [9_999_999, *seqs, int(view.seqs.max()) + 1]).tolist() == [5, 7]


def test_an_answer_ends_after_two_hundred_places(view: Overlay) -> None:
    begins = begun("a", Question(), told=False)
    almost = after(begins, view, np.arange(PLACES - 1, dtype=np.int32), ())
    assert almost is not None
    assert gone_on(almost, Question(k=20), told=False).k == 1
    assert after(almost, view, positions(239), ()) is None
    assert after(begins, view, np.arange(PLACES + 20, dtype=np.int32), ()) is None


def test_a_page_goes_on_with_what_was_asked() -> None:
    asked = {"filter": "price < 5", "diversity": 0.5, "repeat": "allow", "variants": "one"}
    cursor = begun("a", Question(k=20, exclude=["x"], **asked), told=True)
    found = gone_on(cursor, Question(k=7, exclude=["y"], page="p"), told=True)
    assert found == Question(k=7, exclude=["y"], page="p", **asked)
    assert gone_on(cursor, found, told=True) == found
    assert gone_on(cursor, Question(variants="all"), told=True).variants == "all"


def test_a_number_of_any_kind_is_the_same_diversity() -> None:
    cursor = begun("a", Question(diversity=np.float32(0.5)), told=False)
    again = Pages(KEY).open(Pages(KEY).seal(cursor, ANN, own=False), ANN, may=False)[0]
    assert gone_on(again, Question(diversity=0.5), told=False).diversity == 0.5


def test_who_told_a_history_tells_it_again() -> None:
    with pytest.raises(UsageError, match="a history that was told") as caught:
        gone_on(begun("a", Question(), told=True), Question(), told=False)
    assert caught.value.field == "history"
    assert gone_on(begun("a", Question(), told=False), Question(), told=True) == Question()


# -- whom and what for ----------------------------------------------------------------------


def sealed(who: Who, **asked: object) -> str:
    cursor = begun("9f3a", Question(**asked), told=False)
    behind = after(cursor, made_view(), positions(1), ())
    assert behind is not None
    return Pages(KEY).seal(behind, who, own=False)


def opened(text: str, who: Who) -> Cursor:
    return Pages(KEY).open(text, who, may=False)[0]


@pytest.mark.parametrize(
    "who", [(None, "ann"), ("bob", None), ("ann", "s"), ("ann", ""), ("(ann", None), NOBODY]
)
def test_a_cursor_opens_for_nobody_else(who: Who) -> None:
    with pytest.raises(UsageError, match="somebody else's"):
        opened(sealed(ANN), who)


def test_user_and_session_are_not_run_together() -> None:
    with pytest.raises(UsageError, match="somebody else's"):
        opened(sealed(("a", "b")), ("a b", None))
    with pytest.raises(UsageError, match="somebody else's"):
        opened(sealed(("ab", "c")), ("a", "bc"))


@pytest.mark.parametrize("who", [ANN, (None, "s"), ("ann", "s"), NOBODY])
def test_the_cursor_of_nobodys_answer_opens_for_everybody(who: Who) -> None:
    assert there(made_view(), opened(sealed(NOBODY), who).shown).tolist() == [1]


def test_the_cursor_of_an_own_answer_opens_while_it_may_be_used() -> None:
    text = Pages(KEY).seal(begun("a", Question(), told=False), ANN, own=True)
    assert Pages(KEY).open(text, ANN, may=True)[1]
    for who, may in ((ANN, False), (("bob", None), True)):
        with pytest.raises(UsageError, match="somebody else's"):
            Pages(KEY).open(text, who, may=may)


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ({"filter": "price < 5"}, {"filter": "price < 6"}),
        ({"diversity": 0.5}, {"diversity": 0.25}),
        ({"diversity": 0.5}, {"diversity": 0.0}),
        ({"repeat": "allow"}, {"repeat": "never"}),
        ({}, {"filter": "price < 5"}),
        ({}, {"diversity": 0.0}),
        ({}, {"repeat": "never"}),
    ],
)
def test_a_page_is_of_the_question_that_its_answer_was_asked(
    asked: dict[str, object], other: dict[str, object]
) -> None:
    cursor = opened(sealed(ANN, **asked), ANN)
    assert gone_on(cursor, Question(**asked), told=False) == Question(**asked)
    with pytest.raises(UsageError, match="another filter, diversity or repeat"):
        gone_on(cursor, Question(**other), told=False)
