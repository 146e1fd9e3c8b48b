"""Rows of members hold fewer entries where there are very many."""

from __future__ import annotations

from beholder.scorers.item_item import kept_of


def test_small_catalogues_keep_all_that_they_kept_and_large_ones_what_is_served() -> None:
    assert [kept_of(n) for n in (0, 3, 20_000, 40_000)] == [500, 500, 500, 500]
    assert [kept_of(n) for n in (50_000, 100_000, 1_000_000)] == [400, 200, 200]
