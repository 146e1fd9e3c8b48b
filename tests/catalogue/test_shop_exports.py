"""Exports of a German shop, as its owner imports them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from beholder.dataset.build import build
from beholder.store import Store
from beholder.workspace import Workspace
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


def imported(root: Path, text: str, *more: object) -> tuple[str, dict[str, dict[str, object]]]:
    """Return what an import of items says, and the attributes of each item."""
    path = root / "items.csv"
    path.write_text(text)
    beholder("init", root / "w")
    out, _ = beholder("import", root / "w", "--items", path, *more)
    with Store.open(Workspace.open(root / "w")) as store:
        table = store.items()
    pairs = zip(table["item_id"].to_pylist(), table["attributes"].to_pylist(), strict=True)
    return out, {item: json.loads(attributes) for item, attributes in pairs}


PRICES = "Art.-Nr.;Preis (€)\n1;19,90\n2;auf Anfrage\n3;1.299,00\n4;25\n5;n. V.\n"


def test_words_among_prices_are_left_out_and_prices_stay_numbers(tmp_path: Path) -> None:
    out, items = imported(tmp_path, PRICES)
    assert items == {
        "1": {"price": 19.9},
        "2": {},
        "3": {"price": 1299},
        "4": {"price": 25},
        "5": {},
    }
    assert "2 rows without Preis (€): it is no number, as most of its column are" in out
    assert "(item 2, row 3)" in out
    assert "Preis (€): most are numbers, so words such as 'auf Anfrage' are left out" in out
    assert Workspace.open(tmp_path / "w").settings.pages.currency == "€"


def test_prices_that_are_mostly_words_say_what_that_costs(tmp_path: Path) -> None:
    out, items = imported(tmp_path, "sku;Preis\n1;5\n2;auf Anfrage\n3;auf Anfrage\n")
    assert items["2"] == {"price": "auf Anfrage"}
    assert "2 rows whose Preis is no number: it is kept as words" in out
    assert "no ranges and no price < 50 (leave such cells empty" in out


def test_a_dry_run_says_the_currency_and_names_its_setting(shop: Path) -> None:
    said = seen(shop, "--items", "sku;Preis\n1;5 €\n2;7\n")
    assert "warning: 1 of 2 prices say €, the others nothing, and pages write none" in said
    assert 'pages.currency = "€"' in said
    assert "prices in €: pages would write them so" in seen(shop, "--items", "sku;Preis\n1;5 €\n")


@pytest.mark.parametrize(
    ("head", "fields"),
    [
        ("Art.Nr;Preis (€);Hauptbild;Zusatzbild", ["item_id", "image", "image_2", "price"]),
        ("Art.-Nr.;Price (EUR);parent_sku;Zusatzbild 2",
         ["item_id", "image", "price", "product_code"]),
        ("Artikelnummer;VK brutto;x;y", ["item_id", "price"]),
        ("sku;Price;Preis (€);Preis alt (€)", ["item_id", "price"]),
        ("sku;Titel;Beschreibung;Jahr", ["description", "item_id", "title", "year"]),
        ("sku;Titre;Descriptif;Année", ["description", "item_id", "title", "year"]),
        ("sku;Nombre;Descripción;Año", ["description", "item_id", "title", "year"]),
        ("sku;Titolo;Descrizione;Anno", ["description", "item_id", "title", "year"]),
        ("sku;Naam;Omschrijving;Jaar", ["description", "item_id", "title", "year"]),
        ("商品编号;标题;价格;年份", ["item_id", "price", "title", "year"]),
        ("sku;年;説明;図", ["description", "item_id", "year"]),
        ("sku;Year;Jahr;title", ["item_id", "title", "year"]),
    ],
)  # fmt: skip
def test_headings_of_shops_are_understood(shop: Path, head: str, fields: list[str]) -> None:
    path = shop.parent / "head.csv"
    path.write_text(f"{head}\n1;2;3;4\n")
    out, _ = beholder("import", shop, "--items", path, "--dry-run", "--json")
    assert sorted(json.loads(out)["sights"][0]["mapping"]) == sorted(fields)


def test_columns_that_look_like_pictures_or_models_are_asked_about(shop: Path) -> None:
    text = "sku;Bild;Ansicht vorn;Modell\n1;a.jpg;b.png;x\n2;c.jpg;;x\n"
    out = seen(shop, "--items", text)
    assert "Ansicht vorn is an attribute, and its cells end like pictures" in out
    assert "say --map image_2=Ansicht vorn" in out
    assert "say --map product_code=Modell" in out
    out = seen(shop, "--items", text, "--map", "image_2=Ansicht vorn")
    assert "end like pictures" not in out


def test_dates_of_people_are_read_and_short_years_are_told(shop: Path) -> None:
    rows = "1;a;3.4.26\n2;b;1. November 2025\n3;c;Anfang Mai\n"
    out = seen(shop, "--interactions", f"Kunde;Art.Nr;Datum\n{rows}")
    assert "dates such as 3.4.26 are read as day.month.year: 2026-04-03" in out
    assert "from 2025-11-01 00:00:00 to 2026-04-03 00:00:00 UTC" in out
    assert "or is in a notation that is not known" in out


@pytest.fixture(scope="module")
def pictured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose items name their pictures, one of which is none."""
    root = tmp_path_factory.mktemp("pictured")
    folder = root / "p"
    folder.mkdir()
    for name, colour in (("vorn", "red"), ("oben", "blue"), ("lose", "green")):
        Image.new("RGB", (8, 8), colour).save(folder / f"{name}.png")
    (folder / "kaputt.jpg").write_bytes(b"no picture")
    (folder / "liste.pdf").write_bytes(b"")
    (folder / ".versteckt").write_bytes(b"")
    (root / "items.csv").write_text("sku;Bild\n1;vorn.png\n2;oben.png\n3;kaputt.jpg\n")
    (root / "log.csv").write_text("Kunde;Art.Nr;Datum\nu;1;2026-01-01\nv;2;2026-01-01\n")
    beholder("init", root / "w")
    beholder("import", root / "w", "--items", root / "items.csv", "--media", folder)
    return root


def test_files_that_items_show_since_an_import_before_are_counted(pictured: Path) -> None:
    folder = pictured / "p"
    out, _ = beholder("import", pictured / "w", "--media", folder)
    assert "3 files that items show; 0 items with several, 0 items without, 1 file without" in out
    assert "1 hidden file\n" in out
    assert "1 file that is no picture\n" in out
    Image.new("RGB", (8, 8), "black").save(folder / "oben.png")  # another under the same name
    out, _ = beholder("import", pictured / "w", "--media", folder)
    assert "2 files that items show; 0 items with several, 0 items without, 2 files" in out
    out, _ = beholder("import", pictured / "w", "--interactions", pictured / "log.csv")
    assert "items show" not in out


def test_training_says_which_pictures_cannot_be_read(pictured: Path) -> None:
    workspace = pictured / "w"
    beholder("encode", workspace, "--encoder", "colour", "--workers", 1)
    with Store.open(Workspace.open(workspace)) as store:
        made = build(Workspace.open(workspace), store, 0)
    assert made.unreadable == {"3": "kaputt.jpg"}
