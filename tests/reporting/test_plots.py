"""Axes and marks, by hand calculation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.reporting import plots

numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-6)


def test_an_axis_goes_from_round_to_round_and_has_zero() -> None:
    made = plots.axis([0.031, 0.142])
    assert (made.low, made.high) == (0.0, pytest.approx(0.15))
    assert [tick.text for tick in made.ticks] == ["0.00", "0.05", "0.10", "0.15"]
    assert [tick.at for tick in made.ticks] == pytest.approx([0, 33.33, 66.67, 100])
    assert made.at(0.075) == 50
    assert made.down(0.03) == 80


def test_differences_have_their_sign_on_the_axis_and_nothing_has_none() -> None:
    made = plots.axis([-0.02, 0.01], signed=True)
    assert [tick.text for tick in made.ticks] == ["−0.02", "−0.01", "0.00", "+0.01"]
    assert made.at(0.0) == pytest.approx(66.67)


@given(st.lists(numbers, max_size=6))
def test_every_number_lies_on_its_axis_between_few_ticks(values: list[float]) -> None:
    made = plots.axis(values)
    assert made.low <= 0 <= made.high
    for value in values:
        assert made.low - 1e-9 * abs(made.low) <= value <= made.high + 1e-9 * abs(made.high)
        assert 0 <= made.at(value) <= 100
    assert 2 <= len(made.ticks) <= plots.TICKS + 3
    texts = [tick.text for tick in made.ticks]
    assert len(set(texts)) == len(texts)


def test_what_is_no_number_does_not_move_the_axis() -> None:
    assert plots.axis([0.1, math.inf, math.nan]) == plots.axis([0.1])


def test_a_curve_goes_from_left_to_right_and_columns_stand_beside_each_other() -> None:
    drawn = plots.curve(
        [(-1.0, "10%", 1, 0, 2, "a"), (-0.5, "30%", 2, 1, 3, "b"), (0.0, "", 4, 3, 5, "c")]
    )
    assert [point.x for point in drawn.points] == [0, 50, 100]
    assert [point.y for point in drawn.points] == [80, 60, 20]
    assert len(drawn.segments) == 2
    made = plots.columns([1.0, 2.0], ["1", "2"], ["a", "b"])
    first, second = made.columns
    assert first.x + first.width < second.x < second.x + second.width < 100
    assert (first.height, second.height) == (50, 100)
