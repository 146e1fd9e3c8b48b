"""A file that has the whole catalogue: what it does not name leaves, but not by accident."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import forked
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    beholder("import", tmp_path / "shop", "--items", items(tmp_path, range(20)))
    return tmp_path / "shop"


def items(folder: Path, numbers: range | list[int], more: str = "") -> Path:
    """Write an items file."""
    rows = "".join(f"i{number},thing {number}\n" for number in numbers)
    (folder / "items.csv").write_text("item_id,title\n" + rows + more)
    return folder / "items.csv"


def there(shop: Path) -> set[int]:
    with Store.open(Workspace.open(shop)) as store:
        return {int(item[1:]) for item in store.items()["item_id"].to_pylist()}


def test_what_is_not_in_the_file_leaves_and_comes_back_with_it(shop: Path, tmp_path: Path) -> None:
    told = beholder("import", shop, "--items", items(tmp_path, range(3, 22)), "--full")[0]
    assert "3 items are not in the file, and left the catalogue (i0, i1, i2)" in told
    assert there(shop) == set(range(3, 22))
    beholder("import", shop, "--items", items(tmp_path, range(22)), "--full")
    assert there(shop) == set(range(22))


def test_without_full_nothing_leaves(shop: Path, tmp_path: Path) -> None:
    beholder("import", shop, "--items", items(tmp_path, range(3)))
    assert there(shop) == set(range(20))


def test_more_than_a_fifth_leaves_only_if_it_is_said_so(shop: Path, tmp_path: Path) -> None:
    few = items(tmp_path, range(10))
    told, _ = beholder("import", shop, "--items", few, "--full", status=1)
    assert "10 items are not in the file, and stay: they are 50% of the catalogue" in told
    assert there(shop) == set(range(20))
    beholder("import", shop, "--items", few, "--full", "--yes")
    assert there(shop) == set(range(10))


def test_items_that_are_new_make_no_room_for_others_to_leave(shop: Path, tmp_path: Path) -> None:
    """A shop that gave all of its items other ids is asked, however many come."""
    others = items(tmp_path, range(100, 400))
    foreseen, _ = beholder("import", shop, "--items", others, "--full", "--dry-run", status=1)
    told, _ = beholder("import", shop, "--items", others, "--full", status=1)
    for said in (foreseen, told):
        assert "they are 100% of the catalogue" in said
    assert set(range(20)) <= there(shop)


def test_a_row_that_was_refused_may_have_named_what_is_missing(shop: Path, tmp_path: Path) -> None:
    broken = items(tmp_path, range(19), "i19,too,many\n")
    told, _ = beholder("import", shop, "--items", broken, "--full", "--yes", status=1)
    assert "1 item is not in the file, and stay: 1 row was refused" in told
    assert there(shop) == set(range(20))


def test_a_dry_run_says_what_would_leave_and_takes_nothing(shop: Path, tmp_path: Path) -> None:
    file = items(tmp_path, range(2, 20))
    told, _ = beholder("import", shop, "--items", file, "--full", "--dry-run")
    assert "2 items are not in the file, and would leave the catalogue (i0, i1)" in told
    assert there(shop) == set(range(20))


def test_a_folder_alone_is_no_whole_catalogue(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    _, told = beholder("import", shop, "--media", tmp_path / "media", "--full", status=2)
    assert "--full is of a file of items" in told


def test_a_dry_run_says_what_would_stay_and_what_would_be_asked(shop: Path, tmp_path: Path) -> None:
    few = items(tmp_path, range(10))
    words = "import", shop, "--items", few, "--full"
    told, error = beholder(*words, "--dry-run", status=1)
    assert "10 items are not in the file, and would stay: they are 50% of the catalogue" in told
    assert "say --yes where it is right" in error
    told, _ = beholder(*words, "--yes", "--dry-run")
    assert "10 items are not in the file, and would leave the catalogue (i0" not in told
    assert "10 items are not in the file, and would leave the catalogue (i10" in told
    broken = items(tmp_path, range(19), "i19,too,many\n")
    told, _ = beholder("import", shop, "--items", broken, "--full", "--dry-run", status=1)
    assert "1 item is not in the file, and would stay: 1 row was refused" in told
    assert there(shop) == set(range(20))


def test_where_rows_were_refused_yes_is_no_remedy(shop: Path, tmp_path: Path) -> None:
    words = "import", shop, "--items", items(tmp_path, range(19), "i19,too,many\n"), "--full"
    for more in ((), ("--yes",), ("--dry-run",), ("--dry-run", "--yes")):
        _, error = beholder(*words, *more, status=1)
        assert "to let them go: mend the file, and import it again" in error
        assert "or say --yes" not in error


def test_on_a_terminal_the_dry_run_says_that_somebody_would_be_asked(
    shop: Path, tmp_path: Path
) -> None:
    words = "import", shop, "--items", items(tmp_path, range(10)), "--full", "--dry-run"
    terminal, keyboard = os.openpty()
    try:
        done = forked.run(
            [sys.executable, "-m", "beholder.cli.main", *map(str, words)], stdin=keyboard
        )
    finally:
        os.close(terminal)
        os.close(keyboard)
    assert "would leave: you would be asked first, since they are 50% of the cat" in done.stdout
