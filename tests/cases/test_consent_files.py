"""What people allow, in the words of their languages, and what is done where it cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.store import Purposes, Store
from beholder.workspace import Workspace
from command_line import beholder

SAID = {
    True: "ja Oui sí SI sim SÌ 是 同意 opt-in OPT_IN granted Allowed on 1 1.0 TRUE wahr y",
    False: "nein Non no não NÃO nee 否 不同意 opt-out DENIED declined refused off 0 0.0 falsch",
}
ALL, NOTHING = Purposes(True, True, True), Purposes(False, False, False)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def test_yes_and_no_are_read_in_many_languages(shop: Path, tmp_path: Path) -> None:
    words = [(word, yes) for yes, told in SAID.items() for word in told.split()]
    rows = "".join(f"u{i};{word}\n" for i, (word, _) in enumerate(words))
    (tmp_path / "p.csv").write_text("Kunde;Einwilligung\n" + rows, "utf-8")
    assert "profiling=Einwilligung" in beholder("import", shop, "--users", tmp_path / "p.csv")[1]
    with Store.open(Workspace.open(shop)) as store:
        for i, (word, yes) in enumerate(words):
            assert store.purposes(f"u{i}") == (ALL if yes else NOTHING), word


@pytest.mark.parametrize("cell", ["vielleicht", "-", "NULL", "2024-01-01", "ano", "??"])
def test_who_says_what_cannot_be_read_allows_nothing_and_the_import_says_so(
    shop: Path, tmp_path: Path, cell: str
) -> None:
    (tmp_path / "p.csv").write_text(f"customer,consent\nkunde-8,ja\nkunde-9,{cell}\n")
    words = "import", shop, "--users", tmp_path / "p.csv"
    for dry in (["--dry-run"], []):
        _, told = beholder(*words, *dry, status=1)
        assert "p.csv row 3 its consent is neither yes nor no: nothing is allowed" in told
        assert "1 row of users could not be read" in told
        assert "ja/nein, oui/non" in told
    with Store.open(Workspace.open(shop)) as store:
        assert (store.purposes("kunde-8"), store.purposes("kunde-9")) == (ALL, NOTHING)


def test_a_file_that_says_of_nobody_what_they_allow_is_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("Kunde;Profil\nu1;nein\n")
    words = "import", shop, "--users", tmp_path / "p.csv"
    for dry in (["--dry-run"], []):
        _, told = beholder(*words, *dry, status=1)
        assert "no column of p.csv says what people allow; it has Kunde, Profil" in told
        assert "--map profiling=COLUMN" in told
    beholder(*words, "--map", "profiling=Profil")
    with Store.open(Workspace.open(shop)) as store:
        assert store.purposes("u1") == NOTHING
