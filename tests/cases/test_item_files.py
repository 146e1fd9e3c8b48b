"""Items as other systems export them, and behaviour that comes without any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder
from items_held import items_of


def run(*words: object, status: int = 0) -> str:
    """Run the command line; return all that it printed."""
    return "".join(beholder(*words, status=status))


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    run("init", tmp_path / "shop")
    return tmp_path / "shop"


def test_amazon_reviews_2023(shop: Path, tmp_path: Path) -> None:
    """A field that is an object is left out and counted; the row stays."""
    meta = {
        "main_category": "All Beauty",
        "title": "Leather balm, four tins",
        "average_rating": 4.8,
        "features": [],
        "price": None,
        "images": [
            {"thumb": "https://example.org/p1_s.jpg", "large": "https://example.org/p1.jpg"}
        ],
        "details": {"UPC": "000000000000"},
        "parent_asin": "P1",
    }
    review = {"rating": 5.0, "text": "I like it.", "parent_asin": "P1", "user_id": "u1",
              "timestamp": 1588687728923}  # fmt: skip
    (tmp_path / "meta.jsonl").write_text(json.dumps(meta))
    (tmp_path / "reviews.jsonl").write_text(json.dumps(review))
    done = run("import", shop, "--items", tmp_path / "meta.jsonl",
               "--interactions", tmp_path / "reviews.jsonl")  # fmt: skip
    assert "1 row without details: it is an object, which cannot be kept" in done
    title, attributes = items_of(shop)["P1"]
    assert title == "Leather balm, four tins"
    assert attributes["main_category"] == "All Beauty"
    assert "details" not in attributes


def test_of_several_titles_the_first_counts_and_one_that_is_an_object_none(
    shop: Path, tmp_path: Path
) -> None:
    rows = [
        {"id": "a", "title": {"en": "Jug", "de": "Krug"}},
        {"id": "b", "title": ["Vase", "Amphora"]},
        {"id": "c", "title": ["Cup"]},
    ]
    (tmp_path / "items.json").write_text(json.dumps(rows))
    done = run("import", shop, "--items", tmp_path / "items.json")
    assert "1 row without the title: it is an object, which cannot be kept" in done
    assert "1 row without the titles behind the first" in done
    assert [items_of(shop)[item][0] for item in "abc"] == ["a", "Vase", "Cup"]


def test_a_file_of_which_every_row_is_refused_ends_with_1_and_makes_no_bare_items(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "items.csv").write_text("item_id,title\nNULL,a\n,b\n")
    (tmp_path / "clicks.csv").write_text("user,item,time\nu,a,1700000000\n")
    done = run("import", shop, "--items", tmp_path / "items.csv",
               "--interactions", tmp_path / "clicks.csv", status=1)  # fmt: skip
    assert "no row of items.csv could be read; clicks.csv was not read" in done
    assert items_of(shop) == {}


def test_the_log_of_the_next_day_brings_items_of_its_own(shop: Path, tmp_path: Path) -> None:
    days = (
        "u1,a,1700000000\nu1,b,1700000100\nu2,a,1700000200\n",
        "u1,a,1700086400\nu3,c,1700086600\nu2,d,1700086700\nu2,e,1700086800\n",
        "u3,f,1700186600\nu2,c,1700186700\n",
    )
    for number, rows in enumerate(days):
        path = tmp_path / f"day{number}.csv"
        path.write_text(f"user_id,item_id,timestamp\n{rows}")
        run("import", shop, "--interactions", path)
    assert sorted(items_of(shop)) == list("abcdef")
    told = (shop / "beholder.toml").read_text()
    assert "makes_items = true   # day0.csv came without items" in told


def test_a_catalogue_with_items_of_its_own_takes_none_from_behaviour(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "items.csv").write_text("item_id,title\na,Vase\nb,Bowl\n")
    clicks = tmp_path / "clicks.csv"
    clicks.write_text("user,item,time\nu,a,1700000000\nu,b,1700000001\nu,c,1700000002\n")
    run("import", shop, "--items", tmp_path / "items.csv", "--interactions", clicks)
    assert sorted(items_of(shop)) == ["a", "b"]
    clicks.write_text("user,item,time\nu,x,1700000000\nu,y,1700000001\n")
    done = run("import", shop, "--interactions", clicks, status=1)
    assert "behaviour.makes_items = true" in done


SHEET = 'sku;Bezeichnung;Preis;Lagerbestand;Farbe;Pfand\na;Vase;"1.299,00 €";3;rot|blau;"12,50"\n'
SHEET += "b;Krug;auf Anfrage;0;grün;9\n"


def test_prices_of_a_german_sheet_are_numbers_and_what_is_none_is_counted(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    words = "import", shop, "--items", tmp_path / "sheet.csv"
    look = " ".join(run(*words, "--dry-run").split())
    assert "price number (1), words (1)" in look
    assert "colour list (1), words (1) rot; blau" in look
    assert "Pfand number in words (2)" in look
    done = run(*words)
    assert "item_id=sku, title=Bezeichnung, price=Preis, stock=Lagerbestand, colour=Farbe" in done
    assert "1 row whose Preis is no number: it is kept as words" in done
    (_, vase), (_, jug) = items_of(shop).values()
    assert (vase["price"], vase["stock"]) == (1299, 3)
    assert jug["price"] == "auf Anfrage"
    assert "Preis" not in vase


@pytest.mark.parametrize(
    ("text", "price", "said"),
    [
        ("sku;Preis\na;1.299\nb;950\n", 1299, "Preis: a point marks thousands, 1.299 is 1299"),
        ("sku;prix en EUR\na;1.299 €\nb;2.450\n", 1299, "a point marks thousands, 1.299 is 1299"),
        ("sku;Preis\na;1.299\nb;12.5\n", 1.299, ""),
        ("sku;Preis\na;1.299\nb;0.500\n", 1.299, ""),
        ("sku;Preis\na;1.299\nb;2,50\n", 1299, "1.299 is 1299 (as 2,50 in this column shows)"),
        ("sku;price\na;1.299\nb;2.450\n", 1.299, "warning: price: 1.299 is read with a decimal"),
        ('sku,Preis\na,1.299\nb,"950"\n', 1.299, "may be thousands"),
        ("sku,weight\na,1.299\nb,2.450\n", None, "warning: weight: 1.299 is read with a decimal"),
        ('sku,price\na,1.299\nb,"2,50"\nc,3.5\n', 1.299, "since 2,50 and 3.5 in this column have"),
        (
            'sku,price\na,1.299\nb,"2,50"\n' + "".join(f"{n},10.990\n" for n in range(20)),
            1.299,
            "may be thousands, since 2,50 in this column says so, which is little beside 21 that",
        ),
    ],
)
def test_a_point_before_three_digits_is_told_by_all_values_and_the_file(
    shop: Path, tmp_path: Path, text: str, price: float | None, said: str
) -> None:
    (tmp_path / "sheet.csv").write_text(text)
    maps = ["--map", "price=prix en EUR"] * ("prix" in text)
    words = "import", shop, "--items", tmp_path / "sheet.csv", *maps
    look, done = run(*words, "--dry-run"), run(*words)
    for told in (look, done):
        assert said in told
        assert ("thousands" in told) == bool(said)
    assert items_of(shop)["a"][1].get("price") == price
    n = text.count("\n") - 1
    assert price is None or f"price number ({n}) {price:g} " in " ".join(look.split())


@pytest.mark.parametrize(
    ("text", "price", "said"),
    [
        ("sku;Preis\na;1,099\nb;0,899\nc;12,50\n", 1.099, "1,099 is 1.099 (as 0,899 in this"),
        ("sku;weight;price\na;0,5;1,250\nb;1,250;7\n", 1.25, "price: a comma is a decimal comma"),
        ("sku;price\na;1,299\nb;12.50\n", 1299, ""),
        ("sku;price\na;1,299\nb;1,299.00\n", 1299, ""),
        ("sku;price\na;0,899\nb;12\n", None, ""),
        ("sku\tprice\na\t1,250\nb\t0,500\n", 1.25, "1,250 is 1.25 (as 0,500 in this column"),
        ('sku,price\na,"1,250"\nb,"12,5"\n', 1.25, "1,250 is 1.25 (as 12,5 in this column shows)"),
        (
            'sku,price\na,"1,250"\nb,99\n',
            1250,
            "warning: price: 1,250 is read as thousands and may have a decimal comma, since all "
            "commas have three digits behind them: if so, write 1.25\n",
        ),
        ('sku,price\na,"1,250"\nb,"2,5"\nc,"1,299,000"\n', 1250, "2,5 and 1,299,000 in this"),
    ],
)
def test_a_comma_before_three_digits_is_told_by_all_values_and_the_file(
    shop: Path, tmp_path: Path, text: str, price: float | None, said: str
) -> None:
    (tmp_path / "sheet.csv").write_text(text)
    words = "import", shop, "--items", tmp_path / "sheet.csv"
    look, done = run(*words, "--dry-run"), run(*words)
    for told in (look, done):
        assert said in told
        assert ("decimal comma" in told or "decimal marks" in told) == bool(said)
    assert items_of(shop)["a"][1]["price"] == (price or 0.899)


@pytest.mark.parametrize(
    ("first", "second", "kept"),
    [
        ("899,50 €", "12 €", "€"),
        ("$12.50", "$ 3", "${price}"),
        ("12,50 €", "EUR 5,00", "€"),
        ("12.5", "3", ""),
        ("€ 1", "$2", ""),
        ("€ 5", "2", ""),
    ],
)
def test_the_currency_of_prices_is_kept_for_the_pages(
    shop: Path, tmp_path: Path, first: str, second: str, kept: str
) -> None:
    (tmp_path / "items.csv").write_text(f'item_id,price\na,"{first}"\nb,"{second}"\nc,\n')
    said = run("import", shop, "--items", tmp_path / "items.csv")
    assert Workspace.open(shop).settings.pages.currency == kept
    assert ("pages write them so (kept in beholder.toml)" in said) == bool(kept)
    assert ("warning: prices in $, €" in said) == (first == "€ 1")
    assert ("warning: 1 of 2 prices say €, the others nothing" in said) == (first == "€ 5")
    again = run("import", shop, "--items", tmp_path / "items.csv")
    assert ("prices in" in again) == (first == "€ 1")


def test_a_column_may_be_mapped_to_an_attribute_that_is_a_number(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "sheet.csv").write_text(SHEET)
    words = "import", shop, "--items", tmp_path / "sheet.csv"
    run(*words, "--map", "weight=Pfand", "--map", "price=Lagerbestand")
    vase = items_of(shop)["a"][1]
    assert (vase["weight"], vase["price"], vase["Preis"]) == (12.5, 3, "1.299,00 €")
    done = run(*words, "--map", "wieght=Pfand", status=2)
    assert "there is no field wieght (did you mean weight?)" in done


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("Kategorie;Farbe;Marke;Stoff;Modellnummer", "category colour brand Stoff product_code"),
        ("Catégorie;couleur;marque;matière;Artikelgruppe",
         "category colour brand material Artikelgruppe"),
        ("categoría;color;marca;material;x", "category color brand material x"),
        ("category;Kategorie;colore;marca;materiale", "category Kategorie colour brand material"),
    ],
)  # fmt: skip
def test_attributes_are_known_by_their_names_in_other_languages(
    shop: Path, tmp_path: Path, head: str, names: str
) -> None:
    (tmp_path / "sheet.csv").write_text(f"sku;{head}\na;1;2;3;4;5\n", "utf-8")
    run("import", shop, "--items", tmp_path / "sheet.csv")
    assert items_of(shop)["a"][1] == dict(zip(names.split(), "12345", strict=True))


def test_any_attribute_may_be_mapped_and_takes_the_place_of_its_column(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "sheet.csv").write_text("sku;Sparte;Titel\na;vases;Vase\n")
    words = "import", shop, "--items", tmp_path / "sheet.csv"
    run(*words)
    assert items_of(shop)["a"] == ("Vase", {"Sparte": "vases"})
    assert "category=Sparte" in run(*words, "--map", "category=Sparte")
    assert items_of(shop)["a"] == ("Vase", {"category": "vases"})
    assert "did you mean image?" in run(*words, "--map", "picture=Sparte", status=2)
    assert "items have no field user" in run(*words, "--map", "user=Sparte", status=2)


def test_two_columns_of_one_attribute_are_one_and_the_other_is_named(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "sheet.csv").write_text("sku,price,net\na,12,10\n")
    words = "import", shop, "--items", tmp_path / "sheet.csv"
    assert "not used: price" in run(*words, "--map", "price=net")
    assert items_of(shop)["a"][1] == {"price": 10}


def test_a_map_to_what_its_file_does_not_have_is_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("user,item,Bewertung\nu,a,5\nv,b,1\n")
    words = "import", shop, "--interactions", tmp_path / "log.csv"
    done = run(*words, "--map", "rating=Bewertung", status=2)
    assert "interactions have no field rating (one of answer" in done
    assert "value" in done


def test_pictures_of_formats_that_are_not_read_are_named_by_that(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "p").mkdir()
    for name in ("a.heic", "b.TIFF", "c.heic"):
        (tmp_path / "p" / name).write_bytes(b"x")
    Image.new("RGB", (4, 4)).save(tmp_path / "p" / "c.jpg")
    (tmp_path / "i.csv").write_text("sku,image\na,a.heic\nb,x/b\nc,c.heic\nd,d.heic\n")
    words = "import", shop, "--items", tmp_path / "i.csv", "--media", tmp_path / "p"
    for done in (run(*words, "--dry-run"), run(*words)):
        assert "2 pictures that rows name, of a format that is not read: convert them to" in done
        assert "(item a: a.heic; item b: x/b)" in done
        assert "1 picture that rows name and the folder does not have (item d: d.heic)" in done
        assert "2 .heic files, which are not read: convert them to JPEG, PNG or WebP" in done
    with Store.open(Workspace.open(shop)) as store:
        assert len(store.item("c")["pictures"]) == 1  # converted, and still named as before


@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_spaces_around_ids_are_taken_off_and_counted(
    shop: Path, tmp_path: Path, ending: str
) -> None:
    items = [{"sku": " 0009 ", "title": "Vase"}, {"sku": "a b\t", "title": "Krug"}]
    log = [
        {"user": u, "session": s, "sku": i, "time": f"2025-01-0{n + 1}"}
        for n, (u, s, i) in enumerate([("u", "", "0009"), (" u", "", " 0009"), ("  ", "s ", "a b")])
    ]
    for name, rows in (("items", items), ("log", log)):
        lines = [json.dumps(row) for row in rows]
        if ending == "csv":
            lines = [",".join(rows[0]), *(",".join(row.values()) for row in rows)]
        (tmp_path / f"{name}.{ending}").write_text("\n".join(lines))
    done = run("import", shop, "--items", tmp_path / f"items.{ending}",
               "--interactions", tmp_path / f"log.{ending}")  # fmt: skip
    assert sorted(items_of(shop)) == ["0009", "a b"]
    assert "6 ids with spaces around them, which were taken off" in done
    with Store.open(Workspace.open(shop)) as store:
        assert len(list(store.export("u"))) == 3  # about them, and two events
        events = store.training_events("train")
        assert (len(events), events.n_users) == (3, 2)


def test_rows_that_say_other_things_of_their_item_are_named_by_one_of_them(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "p").mkdir()
    for name in ("1.jpg", "2.jpg"):
        Image.new("RGB", (4, int(name[0]))).save(tmp_path / "p" / name)
    (tmp_path / "i.csv").write_text("sku,title,image\na,Vase,1.jpg\nb,Jug,\na,Pot,2.jpg\nb,Mug,\n")
    done = run("import", shop, "--items", tmp_path / "i.csv", "--media", tmp_path / "p")
    assert "1 row with more pictures of an item, and other words for it" in done
    assert "(item a, row 4)" in done
    assert "1 row whose item an earlier row has: the earlier row counts, the later is left" in done
    assert "left out (item b, row 5)" in done


def test_a_column_that_may_be_a_name_is_the_id_only_where_there_is_no_other(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "sheet.csv").write_text("id;Artikel;Preis\n7;Vase;5\n8;Krug;6\n")
    assert "item_id=id" in run("import", shop, "--items", tmp_path / "sheet.csv")
    assert sorted(items_of(shop)) == ["7", "8"]
    clicks = tmp_path / "clicks.csv"
    clicks.write_text("id,Kunde,Artikel,Datum\n1,u,7,2025-03-01\n2,v,8,2025-03-02\n")
    assert "item_id=Artikel" in run("import", shop, "--interactions", clicks)
