"""Figures of several trees side by side, and when a tree counts as changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.trees import Tree, side_by_side


def test_each_number_stands_beside_its_median_ratio_to_the_last_tree() -> None:
    slow, quick = {"ms": 4.0, "k": 20}, {"ms": 2.0, "k": 20}
    busy = [{"ms": 12.0, "k": 20}, {"ms": 6.0, "k": 20}]  # the machine was busy, the ratio is not
    odd = [{"ms": 9.0, "k": 20}, {"ms": 2.0, "k": 20}]
    found = side_by_side([[slow, quick], busy, odd], ["new", "old"])
    assert found["ms"] == {"new": 9.0, "old": 2.0, "new / old": 2.0}
    assert found["k"]["new / old"] == 1.0


def test_what_only_one_tree_measures_is_left_out() -> None:
    turns = [[{"a": 1.0, "b": 2.0, "date": "x"}, {"a": 1.0, "date": "y"}]]
    assert list(side_by_side(turns, ["new", "old"])) == ["a"]


def test_a_ratio_to_nothing_is_not_told() -> None:
    assert side_by_side([[3.0, 0.0]], ["new", "old"]) == {"new": 3.0, "old": 0.0}


def test_a_tree_is_in_another_state_when_a_file_of_the_program_changes(tmp_path: Path) -> None:
    program = tmp_path / "src" / "beholder"
    program.mkdir(parents=True)
    (program / "a.py").write_text("x = 1\n")
    tree = Tree.of(f"new={tmp_path}")
    before = tree.state
    (tmp_path / "src" / "notes.txt").write_text("beside the program")
    assert tree.state == before
    (program / "a.py").write_text("x = 2\n")
    assert tree.state != before


def test_a_folder_without_the_program_is_no_tree(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="src/beholder"):
        Tree.of(f"new={tmp_path}")
