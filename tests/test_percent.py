"""Shares as people read them."""

from __future__ import annotations

import pytest

from beholder.percent import percent


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0, "0%"),
        (1 / 284, "under 1%"),
        (0.0051, "1%"),
        (0.5, "50%"),
        (0.994, "99%"),
        (283 / 284, "over 99%"),
        (1, "100%"),
    ],
)
def test_some_is_not_none_and_most_is_not_all(share: float, said: str) -> None:
    assert percent(share) == said
