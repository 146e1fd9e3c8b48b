"""What is on a later page, and for whom its cursor opens."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from late_world import made_parts

from beholder.engine import overlay
from beholder.engine.cursor import Cursor
from beholder.engine.overlay import Overlay
from beholder.engine.pages import NOBODY, Pages, Who, page_of
from beholder.engine.question import Question
from beholder.engine.ranked import Ranked, alike
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


def cursor_of(*seqs: int, place: int = 20) -> Cursor:
    return Cursor("9f3a" * 4, place, np.array(seqs, np.int64))


def but(view: Overlay, *positions: int) -> np.ndarray:
    mask = view.shown.copy()
    mask[list(positions)] = False
    return mask


def test_a_page_holds_the_next_that_may_be_shown_and_the_cursor_goes_on_behind_them(
    view: Overlay,
) -> None:
    chosen, behind = page_of(cursor_of(5, 6, 7, 8, 9), view, 2, but(view, 6))
    assert chosen.tolist() == [5, 7]
    assert behind is not None
    assert (behind.seqs.tolist(), behind.place) == ([8, 9], 22)  # what was passed takes no place


def test_what_the_catalogue_no_longer_knows_is_passed_over(view: Overlay) -> None:
    last = len(view.shown) - 1
    chosen, behind = page_of(cursor_of(9_999, 5, 240, 7), view, 5, but(view))
    assert chosen.tolist() == [5, 7]
    assert last not in chosen  # an unknown number stands for no position, not for the last
    assert behind is None


@pytest.mark.parametrize("seqs", [(5, 6), (5, 6, 7), (5, 6, 9_999)])
def test_an_answer_ends_with_its_last_item_that_may_be_shown(
    view: Overlay, seqs: tuple[int, ...]
) -> None:
    chosen, behind = page_of(cursor_of(*seqs), view, 2, but(view, 7))
    assert chosen.tolist() == [5, 6]
    assert behind is None


def test_where_nothing_may_be_shown_any_more_the_page_is_empty(view: Overlay) -> None:
    chosen, behind = page_of(cursor_of(5, 6), view, 2, np.zeros(240, bool))
    assert (chosen.tolist(), behind) == ([], None)


# -- whom and what for ----------------------------------------------------------------------


def sealed(who: Who, **asked: object) -> str:
    asks = Question(**asked)
    ranked: Ranked = alike(np.array([1], np.int32), np.ones(1, np.float32))
    ranked = ranked._replace(following=np.array([2, 3], np.int32))
    text = Pages(KEY).next(made_view(), ranked, "9f3a", who, False, asks)
    assert text is not None
    return text


def opened(text: str, who: Who, **asked: object) -> Cursor:
    return Pages(KEY).open(who, False, Question(page=text, **asked))[0]


def test_the_cursor_behind_a_first_page_names_what_follows_by_its_number() -> None:
    cursor = opened(sealed(ANN), ANN)
    assert (cursor.answer, cursor.place, cursor.seqs.tolist()) == ("9f3a", 1, [2, 3])


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
    assert opened(sealed(NOBODY), who).seqs.tolist() == [2, 3]


def test_there_is_no_cursor_behind_an_answer_that_ends() -> None:
    assert Pages(KEY).seal(None, ANN, own=False) is None


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
    text = sealed(ANN, **asked)
    assert opened(text, ANN, **asked).asked == opened(text, ANN).asked
    assert opened(text, ANN, k=3, exclude=["x"], **asked).seqs.tolist() == [2, 3]
    with pytest.raises(UsageError, match="another filter, diversity or repeat"):
        opened(text, ANN, **other)


def test_a_later_cursor_still_says_what_was_asked() -> None:
    cursor = opened(sealed(ANN, filter="price < 5"), ANN)
    text = Pages(KEY).seal(cursor.after(1, 1), ANN, own=False)
    assert text is not None
    assert opened(text, ANN, filter="price < 5").seqs.tolist() == [3]
    with pytest.raises(UsageError, match="another filter"):
        opened(text, ANN, filter="price < 6")
