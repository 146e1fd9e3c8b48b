"""The demo proves itself, however few pictures it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from command_line import beholder


@pytest.mark.parametrize(("items", "left"), [(1, 0), (20, 19)])  # 20: all that an answer has
def test_a_small_demo_proves_that_an_answer_follows_a_like(
    tmp_path: Path, items: int, left: int
) -> None:
    words = ("--items", items, "--visitors", 9, "--budget", "1s", "--check")
    said, _ = beholder("demo", tmp_path / "demo", *words)
    first, liked, after = said.splitlines()
    assert first == f"a new visitor got {items} items (popular)"
    assert liked.endswith("stored")
    assert after.endswith(f"has 0 other items; {left} of {left} because of that like")


def test_a_shop_of_somebody_gets_no_pictures_of_a_demo(tmp_path: Path) -> None:
    beholder("init", tmp_path / "shop", "--title", "Mine")
    before = sorted(tmp_path.rglob("*"))
    _, said = beholder("demo", tmp_path / "shop", "--check", status=2)
    assert "is a workspace of another kind (Mine) (name a new folder for the demo)" in said
    assert sorted(tmp_path.rglob("*")) == before
