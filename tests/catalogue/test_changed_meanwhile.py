"""What happens while an import reads: another file in the place of the first, another import.

A file is read more than once; where it is another one the second time, that is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from beholder.catalogue.request import Request
from beholder.catalogue.run import import_files
from beholder.catalogue.whole_file import never
from beholder.errors import DataError
from beholder.store import Store

ITEMS = "sku,title\nA,a\nB,b\nC,c\nD,d\nE,e\nF,f\n"
LOG = "user_id,item_id,stars\nu1,A,4\nu2,B,5\nu3,C,1\n"


class Meanwhile:
    """Progress during which something is done, once, when a step of a file begins or ends."""

    def __init__(self, begins: bool, do: Callable[[], object]) -> None:
        self.begins, self.do, self.done = begins, do, False

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self._once(self.begins)

    def advance(self, n: int = 1) -> None:
        self._once(not self.begins)

    def note(self, text: str) -> None: ...

    def finish(self) -> None: ...

    def _once(self, now: bool) -> None:
        if now and not self.done:
            self.done = True
            self.do()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def replaced(path: Path, text: str) -> Callable[[], object]:
    new = path.with_name("new")
    new.write_text(text)
    return lambda: new.rename(path)


def test_a_file_that_has_other_columns_by_now(store: Store, log: Path) -> None:
    meanwhile = Meanwhile(True, replaced(log, "a,b,c\n1,2,3\n"))
    with pytest.raises(DataError, match=r"log\.csv changed while it was read") as caught:
        import_files(store.workspace, store, Request(interactions=log), meanwhile)
    assert caught.value.file == "log.csv"


def test_a_file_that_is_gone_by_now(store: Store, log: Path) -> None:
    with pytest.raises(DataError, match=r"log\.csv vanished while it was read"):
        import_files(
            store.workspace, store, Request(interactions=log), Meanwhile(False, log.unlink)
        )


def test_a_file_that_grows_is_read_and_warned_of(store: Store, log: Path) -> None:
    meanwhile = Meanwhile(True, lambda: log.write_text(LOG + "u4,A,5\n"))
    report, kept = import_files(store.workspace, store, Request(interactions=log), meanwhile)
    assert any("the file changed while it was read" in said for said in report.files[0].said)
    assert "the file changed while it was read" in json.dumps(json.loads(kept.read_text()))
    again, _ = import_files(store.workspace, store, Request(interactions=log))
    assert not any("changed" in said for said in again.files[0].said)


def test_nothing_leaves_by_a_file_that_changed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text(ITEMS)
    import_files(store.workspace, store, Request(items=path))
    path.write_text(ITEMS[: ITEMS.index("F")])
    meanwhile = Meanwhile(False, replaced(path, ITEMS))
    request = Request(items=path, leaving=never)
    report, _ = import_files(store.workspace, store, request, meanwhile)
    assert report.files[0].gone.stay.startswith("the file changed while it was read")
    assert store.item("F")["title"] == "f"


def test_items_that_another_import_made_meanwhile_are_not_counted(
    store: Store, tmp_path: Path
) -> None:
    log, items = tmp_path / "log.csv", tmp_path / "items.csv"
    log.write_text("user_id,item_id\nu1,A\nu2,B\nu3,G\n")
    items.write_text(ITEMS)
    other = Request(items=items)
    meanwhile = Meanwhile(True, lambda: import_files(store.workspace, store, other))
    report, _ = import_files(store.workspace, store, Request(interactions=log), meanwhile)
    assert any(said.startswith("1 item made of ids alone") for said in report.files[0].said)
    assert store.item("A")["title"] == "a"
