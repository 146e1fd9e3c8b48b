"""The cursor of the next page: comes back whole, from this workspace, or not at all."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.engine.cursor import LONGEST, Cursor, seal, unseal
from beholder.engine.pages import Pages
from beholder.errors import UsageError

KEY, HERE = bytes(range(32)), b"workspace one"
SEQS = st.lists(st.integers(0, 2**63 - 1) | st.integers(0, 9000), max_size=200)
CURSORS = st.builds(
    Cursor,
    st.text(max_size=16),
    st.integers(0, 200),
    SEQS,
    SEQS,
    st.booleans(),
    st.none() | st.text(max_size=40),
    st.none() | st.floats(0, 1),
    st.sampled_from([None, "never", "allow"]),
    st.sampled_from([None, "one", "all"]),
)


def cursor(*seqs: int, place: int = 20) -> Cursor:
    return Cursor("9f3a" * 4, place, [*seqs])


@given(CURSORS)
def test_a_cursor_comes_back_and_is_text_of_a_link(told: Cursor) -> None:
    text = seal(told, KEY, HERE)
    assert unseal(text, KEY, HERE) == told
    assert text.replace("-", "").replace("_", "").isalnum()
    assert text.isascii()


def test_a_usual_cursor_is_short() -> None:
    page, last = cursor(*range(8000, 8020)), cursor(*range(8000, 8200), place=200)
    assert len(seal(page, KEY, HERE)) < 140
    assert len(seal(last, KEY, HERE)) < 900


def test_who_leaves_out_as_much_as_may_be_has_a_cursor_too() -> None:
    most = Cursor("9f3a" * 4, 180, [2**31] * 180, [2**31] * 10_000, True, "\U0001f9e5" * 2048)
    text = seal(most, KEY, HERE)
    assert len(text) <= LONGEST
    assert unseal(text, KEY, HERE) == most


SEALED = seal(cursor(5, 70_000, 5), KEY, HERE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "AAAA",
        "A" * 400,
        "A" * (LONGEST + 4),
        "=" * 8,
        SEALED + "=",
        SEALED + "A",
        SEALED + "AAAA",
        " " + SEALED,
        SEALED + "\n",
        SEALED[:30] + "é" + SEALED[31:],
    ],
)
def test_what_was_not_made_here_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="this page does not exist") as caught:
        unseal(text, KEY, HERE)
    assert caught.value.field == "page"


def test_a_cursor_that_would_be_too_long_is_not_made() -> None:
    pages = Pages(KEY)
    for n, there in ((10_000, True), (30_000, False)):
        most = Cursor("9f3a" * 4, 40, [2**31] * 40, [2**31] * n)
        assert (pages.seal(most, ("ann", None), own=False) is not None) == there


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
