"""The cursor of the next page: comes back whole, from this workspace, or not at all."""

from __future__ import annotations

import base64

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from beholder.engine.cursor import AHEAD, LONGEST, Cursor, begin, seal, unseal
from beholder.errors import ShapeError, UsageError

KEY, HERE = bytes(range(32)), b"workspace one"
SEQS = st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 9000), min_size=1, max_size=AHEAD)


def cursor(*seqs: int, place: int = 20) -> Cursor:
    return Cursor("9f3a" * 4, place, np.array(seqs, np.int64))


@given(st.text(max_size=16), st.integers(0, 200), SEQS)
@example("é" * 32, 200, [2**63 - 1] * AHEAD)
def test_a_cursor_comes_back_and_fits_into_a_link(answer: str, place: int, seqs: list[int]) -> None:
    text = seal(Cursor(answer, place, np.array(seqs, np.int64)), KEY, HERE)
    found = unseal(text, KEY, HERE)
    assert (found.answer, found.place, found.seqs.tolist()) == (answer, place, seqs)
    assert found.seqs.dtype == np.int64
    assert len(text) <= LONGEST
    assert text.replace("-", "").replace("_", "").isalnum()
    assert text.isascii()


def test_a_usual_cursor_is_short() -> None:
    full = cursor(*range(8000, 8000 + AHEAD))
    assert len(seal(full, KEY, HERE)) == -(-(16 + 5 + 4 + 16 + 2 * AHEAD) * 4 // 3)


SEALED = seal(cursor(5, 70_000, 5), KEY, HERE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "AAAA",
        "A" * 400,
        "=" * 8,
        SEALED + "=",
        SEALED + "A",
        SEALED + "AAAA",
        " " + SEALED,
        SEALED + "\n",
        SEALED[:30] + "é" + SEALED[31:],
        "A" * (LONGEST + 1),
        "A" * 10**6,
    ],
)
def test_what_was_not_made_here_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="this page does not exist") as caught:
        unseal(text, KEY, HERE)
    assert caught.value.field == "page"


def test_a_cursor_with_any_letter_changed_or_cut_is_refused() -> None:
    for i, letter in enumerate(SEALED):
        other = "A" if letter != "A" else "B"
        for text in (SEALED[:i] + other + SEALED[i + 1 :], SEALED[:i]):
            with pytest.raises(UsageError):
                unseal(text, KEY, HERE)
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_":
        # The bits of the last letter that decoding drops are no second name of the same page.
        if letter != SEALED[-1]:
            with pytest.raises(UsageError):
                unseal(SEALED[:-1] + letter, KEY, HERE)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(UsageError):
        unseal(text, KEY, HERE)


def test_a_cursor_of_another_workspace_or_key_is_refused() -> None:
    for key, workspace in ((KEY, b"workspace two"), (KEY, b""), (KEY[::-1], HERE)):
        with pytest.raises(UsageError, match="this page does not exist"):
            unseal(SEALED, key, workspace)


def test_mark_and_body_cannot_be_cut_elsewhere() -> None:
    raw = base64.urlsafe_b64decode(SEALED + "=" * (-len(SEALED) % 4))
    moved = raw[:16] + HERE[-1:] + raw[16:]
    with pytest.raises(UsageError, match="this page does not exist"):
        unseal(base64.urlsafe_b64encode(moved).decode().rstrip("="), KEY, HERE[:-1])


def test_a_page_goes_on_where_the_last_one_ended() -> None:
    first = begin("a", 20, np.arange(100, 150))
    assert first is not None
    second = first.after(30, 28)
    assert second is not None
    assert (second.answer, second.place, second.seqs.tolist()) == ("a", 48, [*range(130, 150)])
    assert second.after(20, 20) is None
    assert second.after(25, 20) is None


@pytest.mark.parametrize(("shown", "ahead"), [(20, 180), (5, 180), (100, 100), (200, 0), (300, 0)])
def test_an_answer_ends_after_two_hundred_places(shown: int, ahead: int) -> None:
    found = begin("a", shown, np.arange(1000))
    assert (0 if found is None else len(found.seqs)) == ahead


def test_without_more_items_there_is_no_next_page() -> None:
    assert begin("a", 20, np.arange(0)) is None


@pytest.mark.parametrize(
    "wrong", [cursor(*range(AHEAD + 1)), cursor(-1), Cursor("x" * 65, 0, np.arange(1))]
)
def test_a_cursor_that_would_not_fit_is_refused(wrong: Cursor) -> None:
    with pytest.raises(ShapeError, match="a cursor of"):
        seal(wrong, KEY, HERE)
