"""Exports of a German shop, as its owner imports them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that dry runs leave as it is."""
    root = tmp_path_factory.mktemp("shop") / "w"
    beholder("init", root)
    return root


def seen(shop: Path, option: str, text: str, *more: object, encoding: str = "utf-8") -> str:
    """Return what a dry run prints of a file."""
    path = shop.parent / "file.csv"
    path.write_bytes(text.encode(encoding))
    return beholder("import", shop, option, path, *more, "--dry-run")[0]


def test_names_of_columns_in_another_encoding_are_asked_about(shop: Path) -> None:
    path = shop.parent / "latin.csv"
    path.write_bytes("Artikelnummer;Größe\n1;S\n".encode("cp1252"))
    _, words = beholder("import", shop, "--items", path, "--dry-run", status=1)
    assert "the first line of latin.csv is no UTF-8 (say --encoding cp1252" in words
    out, _ = beholder("import", shop, "--items", path, "--dry-run", "--encoding", "cp1252")
    assert "Größe" in out


def test_the_mark_of_a_file_goes_before_the_encoding_asked_for(shop: Path) -> None:
    text = "Artikelnummer;Bezeichnung\n1;Größe\n"
    out = seen(shop, "--items", text, "--encoding", "cp1252", encoding="utf-8-sig")
    assert "1              Größe" in out
    assert "read as UTF-8, as the byte order mark at its start says, and not as cp1252" in out


@pytest.mark.parametrize(
    "name",
    ["Menge", "Anzahl", "Stückzahl", "Quantité", "cantidad", "quantità", "Lineitem quantity"],
)
def test_how_many_were_bought_is_no_rating(shop: Path, name: str) -> None:
    text = f"Kd.-Nr.;Art.Nr;Datum/Uhrzeit;{name}\n1;a;2026-01-01;1\n2;b;2026-01-02;5\n"
    out = seen(shop, "--interactions", text)
    assert f"taken: purchase: by the name of the column {name}" in out
    assert "2 purchase" in out


def test_a_column_of_nothing_but_kinds_says_what_happened(shop: Path) -> None:
    rows = "1;a;Kauf\n2;b;Warenkorb\n3;c;Retoure\n4;c;angesehen\n"
    out = seen(shop, "--interactions", f"Kunde;Artikelnummer;Vorgang\n{rows}")
    assert "taken: kinds as the column Vorgang says" in out
    assert "1 purchase\n1 cart\n1 view\n" in out
    assert "1 row would be refused: takes something back" in out
    out = seen(shop, "--interactions", "Kunde;Artikelnummer;Vorgang\n1;a;Kauf\n2;b;Kauf\n")
    assert "warning: Vorgang is not used, and says Kauf (2): if that is what happened" in out


def test_a_return_in_a_column_that_is_not_used_is_told(shop: Path) -> None:
    text = "Kunde;Artikelnummer;Status\n1;a;bezahlt\n2;b;storniert\n"
    told = "Status is not used, and says storniert (1): if that is what happened, say --map"
    assert f"warning: {told}" in seen(shop, "--interactions", text)
    other = shop.parent / "other"
    beholder("init", other)
    out, _ = beholder("import", other, "--interactions", shop.parent / "file.csv", "--json")
    assert f"warning: {told}" in " ".join(json.loads(out)["files"][0]["said"])
