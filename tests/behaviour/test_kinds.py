"""What each kind of event counts."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from beholder.behaviour.event import Kind
from beholder.behaviour.kinds import CODES, KINDS, weigh
from beholder.settings import EVENT_WEIGHTS

NAN = float("nan")


def one(kind: str, value: float = NAN, threshold: float = 3.5) -> float:
    kinds, values = np.array([CODES[kind]], np.uint8), np.array([value], np.float32)
    return float(weigh(kinds, values, EVENT_WEIGHTS, threshold)[0])


def test_codes_are_stored_and_never_change() -> None:
    assert CODES == {
        "view": 1,
        "click": 2,
        "like": 3,
        "dislike": 4,
        "save": 5,
        "hide": 6,
        "cart": 7,
        "purchase": 8,
        "rating": 9,
        "watch": 10,
        "share": 11,
        "satisfaction": 12,
        "review": 13,
    }


def test_kinds_weights_and_events_name_the_same_kinds() -> None:
    assert set(KINDS) == set(EVENT_WEIGHTS) == set(get_args(Kind))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_weighs_what_the_settings_say(kind: str) -> None:
    sign = -1 if kind in ("dislike", "hide") else 1
    assert one(kind) == pytest.approx(sign * EVENT_WEIGHTS[kind])


@pytest.mark.parametrize("kind", ["rating", "satisfaction"])
def test_a_low_rating_is_a_dislike(kind: str) -> None:
    assert one(kind, 3.0) == pytest.approx(-1.0)
    assert one(kind, 3.5) == pytest.approx(1.0)
    assert one(kind, 3.0, threshold=2.0) == pytest.approx(1.0)


def test_a_watch_counts_by_its_seconds_up_to_a_minute() -> None:
    whole = EVENT_WEIGHTS["watch"]
    assert one("watch", 0) == 0
    assert one("watch", 15) == pytest.approx(whole / 4)
    assert one("watch", 60) == pytest.approx(whole)
    assert one("watch", 7200) == pytest.approx(whole)
    assert one("watch", -5) == 0
    assert one("watch") == pytest.approx(whole)


def test_other_values_do_not_change_a_weight() -> None:
    assert one("purchase", 40) == one("purchase")
    assert one("view", 0) == one("view")


def test_a_kind_can_be_switched_off() -> None:
    kinds = np.array([CODES["view"], CODES["like"]], np.uint8)
    weights = {**EVENT_WEIGHTS, "view": 0.0}
    found = weigh(kinds, np.full(2, np.nan, np.float32), weights, 3.5)
    assert found.tolist() == [0.0, 1.0]
    assert found.dtype == np.float32
