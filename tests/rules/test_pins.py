"""Pins stand at their places; all others keep the order that they had."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.rules.pins import Pinned, pinned

SLATE = np.array([10, 11, 12, 13, 14])


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        ([(13, 0)], [3, 0, 1, 2, 4]),
        ([(10, 2)], [1, 2, 0, 3, 4]),
        ([(14, 0), (12, 2)], [4, 0, 2, 1, 3]),
        ([(99, 0), (14, 1)], [0, 4, 1, 2, 3]),
        ([(10, 100)], [1, 2, 3, 4, 0]),
    ],
)
def test_a_pin_stands_at_its_place(pins: list[tuple[int, int]], expected: list[int]) -> None:
    found = pinned([Pinned("p", position, place) for position, place in pins], SLATE)
    assert found.tolist() == expected
    assert found.dtype == np.int32


@given(st.integers(0, 12), st.data())
def test_all_others_keep_their_order(size: int, data: st.DataObject) -> None:
    places = sorted(data.draw(st.sets(st.integers(0, 15), max_size=5)))
    positions = data.draw(st.permutations(range(20)))
    pins = [Pinned("p", positions[i], place) for i, place in enumerate(places)]
    order = pinned(pins, np.arange(size)).tolist()
    assert sorted(order) == list(range(size))
    held = {pin.position for pin in pins}
    others = [candidate for candidate in order if candidate not in held]
    assert others == sorted(others)
    for pin in pins:
        # A pin is never lower than its place, and higher only where the slate ends before it.
        if pin.position < size:
            assert order.index(pin.position) <= pin.place
            if pin.place < size - len([p for p in pins if p.place > pin.place]):
                assert order.index(pin.position) == pin.place
