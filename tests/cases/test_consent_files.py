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


HEAD = b"customer,consent,note\n"
BROKEN = {
    "a field too few": ("csv", HEAD + b"x1,no\nx0,yes,a\n"),
    "no row but that one": ("csv", HEAD + b"x1,no\n"),
    "a field too many, behind the id": ("csv", HEAD + b"x1,no,a,b\nx0,yes,a\n"),
    "a field too many, before the id": (
        "csv",
        b"note,customer,consent\na,b,x1,no\nc,x0,yes\n",
    ),
    "another cell is no UTF-8": ("csv", HEAD + b"x1,no,\xff\nx0,yes,a\n"),
    "an open quote": ("csv", HEAD + b'x1,no,"a\nx0,yes,a\n'),
    "a quote open from the id on": ("csv", HEAD + b'"x1,no,a\nx0,yes,a\n'),
    "a line that is too long": ("csv", HEAD + b"x1,no," + b"a" * 2**21 + b"\nx0,yes,a\n"),
    "NaN": (
        "jsonl",
        b'{"customer":"x1","consent":"no","n":NaN}\n{"customer":"x0","consent":"yes"}',
    ),
    "a key twice": ("jsonl", b'{"customer":"x1","consent":"yes","consent":"no"}'),
    "two people": ("jsonl", b'{"customer":"x7","customer":"x1","consent":"yes"}'),
    "no JSON": ("jsonl", b'{"customer":"x1","consent":"no"\n{"customer":"x0","consent":"yes"}'),
    "a key twice in an array": (
        "json",
        b'[{"customer":"x1","consent":1,"consent":0},{"customer":"x0","consent":"yes"}]',
    ),
    "after a yes": ("csv", HEAD + b"x1,yes,a\nx0,yes,a\nx1,no\n"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_whom_a_broken_row_names_allows_nothing(shop: Path, tmp_path: Path, what: str) -> None:
    suffix, content = BROKEN[what]
    file = tmp_path / f"p.{suffix}"
    file.write_bytes(content)
    for dry in (["--dry-run"], []):
        _, told = beholder("import", shop, "--users", file, *dry, status=1)
        assert "nothing is allowed for the person whom it names" in told
        assert "1 row of users could not be read." in told
    with Store.open(Workspace.open(shop)) as store:
        assert (store.purposes("x1"), store.purposes("x0")) == (NOTHING, ALL)


def test_a_later_row_that_says_yes_lifts_what_a_broken_one_took(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes(HEAD + b"x1,no\nx1,yes,a\n")
    beholder("import", shop, "--users", tmp_path / "p.csv", status=1)
    with Store.open(Workspace.open(shop)) as store:
        assert store.purposes("x1") == ALL


@pytest.mark.parametrize(
    ("row", "suffix"),
    [
        (b"x\xff1,no,a\n", "csv"),
        (b",no,a\n", "csv"),
        (b'["x1","no"]\n', "jsonl"),
        (b'{"customer":{"id":"x1"},"consent":"no"}\n', "jsonl"),
    ],
)
def test_a_row_that_does_not_even_name_anybody_is_said_aloud(
    shop: Path, tmp_path: Path, row: bytes, suffix: str
) -> None:
    file = tmp_path / f"p.{suffix}"
    file.write_bytes(
        HEAD + b"x0,yes,a\n" + row
        if suffix == "csv"
        else b'{"customer":"x0","consent":"yes"}\n' + row
    )
    for dry in (["--dry-run"], []):
        _, told = beholder("import", shop, "--users", file, *dry, status=1)
        assert "1 row of users could not be read at all: whom they name" in told
        assert "what they allow is unknown" in told


def test_an_id_that_its_encoding_does_not_know_is_of_nobody(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_bytes("customer,consent\nMüller,no\nx0,yes\n".encode())
    words = "import", shop, "--users", tmp_path / "p.csv", "--encoding", "ascii"
    assert "could not be read at all" in beholder(*words, status=1)[1]


def test_of_a_file_that_is_cut_off_it_is_said_that_others_may_refuse(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "p.json").write_bytes(b'[{"customer":"x0","consent":"yes"},{"customer":"x1","cons')
    _, told = beholder("import", shop, "--users", tmp_path / "p.json", status=1)
    assert "whom its rest names, and whether these refuse, is unknown" in told
