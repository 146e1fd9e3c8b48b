"""What is refused is counted to the last row; what is written of it is bounded."""

from __future__ import annotations

from pathlib import Path

from beholder.catalogue import refusals as bounds
from beholder.catalogue.refusals import OTHER, Refusals
from command_line import beholder


def test_a_file_of_nothing_but_broken_rows_is_listed_in_part_and_counted_whole(
    tmp_path: Path,
) -> None:
    n = bounds.LISTED + 5
    (tmp_path / "items.csv").write_text("item_id,title\na,b\n" + "a,b,c\n" * n)
    beholder("init", tmp_path / "shop")
    said, _ = beholder("import", tmp_path / "shop", "--items", tmp_path / "items.csv")
    assert f"the first {bounds.LISTED} of {n} refused rows are listed" in said
    (listed,) = (tmp_path / "shop" / "reports").glob("*-refused.csv")
    assert listed.read_text().count("\n") == 1 + bounds.LISTED


def test_of_a_file_without_any_row_that_can_be_read_the_first_reason_is_told(
    tmp_path: Path,
) -> None:
    (tmp_path / "items.csv").write_text("item_id,title\na,b,c\n")
    beholder("init", tmp_path / "shop")
    _, told = beholder("import", tmp_path / "shop", "--items", tmp_path / "items.csv", status=1)
    assert "no row of items.csv can be read: row 2 has 3 fields, the first line 2" in told


def test_reasons_that_are_all_different_are_counted_together_behind_the_first() -> None:
    found = Refusals(None)
    for row in range(bounds.REASONS + 50):
        found.add("items.csv", row, f"has the odd value {row}" + "x" * 1_000)
    assert len(found) == bounds.REASONS + 50 == found.reasons.total()
    assert found.reasons[OTHER] == 50
    assert max(len(reason) for reason in found.reasons) == bounds.LONGEST
