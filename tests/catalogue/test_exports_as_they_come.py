"""What shops and spreadsheets write into their exports beside what they mean."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from command_line import beholder
from items_held import items_of


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def file_of(shop: Path, name: str, text: str, encoding: str = "utf-8") -> Path:
    (shop.parent / name).write_bytes(text.encode(encoding))
    return shop.parent / name


def both(shop: Path, *words: object) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the dry run says, and the import."""
    look = json.loads(beholder("import", shop, *words, "--json", "--dry-run")[0])
    return look, json.loads(beholder("import", shop, *words, "--json")[0])


NOTHING = ("(not set)", "(none)", "(not provided)", "N/A", "n/a", "#N/A", "#REF!", "#VALUE!", "-")


@pytest.mark.parametrize("word", NOTHING)
def test_words_for_nothing_are_no_item_and_nobody(shop: Path, word: str) -> None:
    items = file_of(shop, "items.csv", f"sku,title\na,A\n{word},B\n")
    log = file_of(shop, "log.csv", f"user,sku,date\nu,a,2026-01-01\n{word},a,2026-01-01\n")
    for told in both(shop, "--items", items, "--interactions", log):
        reasons = told["reasons"]
        assert reasons["has no item id"] == 1
        assert reasons["names no one: no id, a word such as NULL, or no valid id"] == 1
    assert set(items_of(shop)) == {"a"}
    log = file_of(shop, "more.csv", f"user,sku,date\nu,a,2026-01-01\nu,{word},2026-01-01\n")
    for told in both(shop, "--interactions", log):
        assert told["reasons"] == {"names no item: no id, or a word such as NULL": 1}
    assert set(items_of(shop)) == {"a"}


@pytest.mark.parametrize("column", ["customer_user_id", "billing_email", "buyer_email"])
def test_who_it_was_is_known_by_the_names_of_shops(shop: Path, column: str) -> None:
    log = file_of(shop, "log.csv", f"{column},sku,date\nu@example.org,a,2026-01-01\n")
    assert both(shop, "--interactions", log)[0]["sights"][0]["mapping"]["user"] == column


def test_an_address_is_who_it_was_only_where_nothing_else_is(shop: Path) -> None:
    text = "billing_email,customer_user_id,sku,date\nu@example.org,7,a,2026-01-01\n"
    look, _ = both(shop, "--interactions", file_of(shop, "log.csv", text))
    assert look["sights"][0]["mapping"]["user"] == "customer_user_id"


def test_the_pictures_of_magento_have_their_cover(shop: Path) -> None:
    text = (
        "sku,name,thumbnail_image,small_image,additional_images,base_image\n"
        'a,A,t.jpg,s.jpg,"f.jpg,g.jpg",b.jpg\n'
    )
    look, _ = both(shop, "--items", file_of(shop, "items.csv", text))
    mapping = look["sights"][0]["mapping"]
    assert (mapping["image"], mapping["image_2"]) == ("base_image", "additional_images")
    assert look["sights"][0]["pictures"][0]["names"] == ["b.jpg", "f.jpg", "g.jpg"]


@pytest.mark.parametrize("column", ["main_image", "featured_image", "primary_image", "small_image"])
def test_pictures_are_known_by_the_names_of_shops(shop: Path, column: str) -> None:
    look, _ = both(shop, "--items", file_of(shop, "items.csv", f"sku,name,{column}\na,A,b.jpg\n"))
    assert look["sights"][0]["mapping"]["image"] == column


@pytest.mark.parametrize("word", ["cancelled", "failed", "wc-cancelled", "canceled", "Voided"])
def test_an_order_that_came_to_nothing_is_told(shop: Path, word: str) -> None:
    text = f"user,sku,date,quantity,status\nu,a,2026-01-01,1,completed\nu,b,2026-01-01,1,{word}\n"
    log = file_of(shop, "log.csv", text)
    told = "1 row of cancelled orders is left out (column status), and what an import before took"
    look, done = both(shop, "--interactions", log)
    assert any(each.startswith(told) for each in look["behaviour"]["warnings"])
    assert any(each.startswith(f"warning: {told}") for each in done["files"][0]["said"])


@pytest.mark.parametrize("column", ["Order Number", "order_status", "Bestelldatum", "订单号"])
def test_what_stands_in_orders_was_bought(shop: Path, column: str) -> None:
    log = file_of(shop, "log.csv", f"user,sku,{column}\nu,a,2026-01-01\nu,b,2026-01-02\n")
    look, done = both(shop, "--interactions", log)
    assert look["behaviour"]["kinds"] == {"purchase": 2}
    assert f"purchase: by the name of the column {column}" in done["files"][0]["said"]


def test_a_row_without_its_id_says_which_other_column_has_one(shop: Path) -> None:
    items = file_of(shop, "items.csv", "ID,Type,SKU,Name\n1,simple,A,Hat\n2,variable,,Shirt\n")
    why = "has no item id: its SKU is empty; it has one in ID (--map item_id=ID)"
    for told in both(shop, "--items", items):
        assert told["reasons"] == {why: 1}


def test_a_column_of_kinds_with_empty_cells_says_how_many(shop: Path) -> None:
    text = (
        "Email,Financial Status,Lineitem sku,Lineitem quantity,Created at\n"
        "u@x.org,refunded,a,1,2026-01-01\nu@x.org,,b,1,2026-01-01\nu@x.org,  ,c,1,2026-01-01\n"
        "v@x.org,paid,a,1,2026-01-02\n"
    )
    log = file_of(shop, "orders.csv", text)
    words = "Financial Status is empty in 2 rows, and no column names their order (order_id)"
    look, _ = both(shop, "--interactions", log)
    assert words in look["behaviour"]["warnings"][1]
    more = ("--map", "kind=Financial Status", "--map-kind", "paid=purchase")
    for told in both(shop, "--interactions", log, *more):
        assert told["reasons"]["kind is not said: its cell is empty"] == 2
        assert told["reasons"]["takes something back, which is no liking"] == 1


def test_behaviour_without_its_items_says_first_why_these_were_refused(shop: Path) -> None:
    rows = "".join(f"{n},{'Müller' if n % 4 else 'Meier'}\n" for n in range(40))
    items = file_of(shop, "artikel.csv", f"sku,title\n{rows}", "cp1252")
    log = file_of(shop, "klicks.csv", "user,sku\n" + "".join(f"u,{n}\n" for n in range(40)))
    words = "import", shop, "--items", items, "--interactions", log
    for more in ((), ("--dry-run",)):
        _, told = beholder(*words, *more, status=1)
        assert (
            "beholder: 30 rows of artikel.csv are refused: row 3 is no UTF-8 (say --encoding "
            "cp1252, or save it as UTF-8); so only 10 of the first 40 rows of klicks.csv name an"
        ) in told
        assert "(mend the file of items, " in told
    beholder(*words, "--encoding", "cp1252")


def test_behaviour_alone_names_no_file_of_items(shop: Path) -> None:
    beholder("import", shop, "--items", file_of(shop, "items.csv", "sku,title\na,A\n"))
    log = file_of(shop, "log.csv", "user,sku\nu,b\nu,c\n")
    _, told = beholder("import", shop, "--interactions", log, status=1)
    assert "beholder: only 0 of the first 2 rows of log.csv name an item" in told


GUARDS = (
    """cells such as ="00123" or '00123, by which spreadsheets keep zeros: what stands inside is """
    "read"
)


@pytest.mark.parametrize("cell", ['="00{}"', '"=""00{}"""', "'00{}"])
def test_what_a_spreadsheet_guards_is_what_stands_inside(shop: Path, cell: str) -> None:
    ids = [cell.format(n) for n in (1, 2)]
    items = file_of(shop, "items.csv", f"sku,title,isbn\n{ids[0]},{ids[0]},{ids[1]}\nb,=B,\n")
    log = file_of(shop, "log.csv", f"user,sku\n{ids[1]},{ids[0]}\n{ids[1]},b\n")
    users = file_of(shop, "users.csv", f"user,consent\n{ids[1]},yes\n")
    words = ("--items", items, "--interactions", log, "--users", users)
    for told in both(shop, *words):
        assert told["rules"][GUARDS] == 3 + 3 + 1
    assert items_of(shop) == {"001": ("001", {"isbn": "002"}), "b": ("=B", {})}


def test_names_of_columns_may_be_guarded_and_doubled_quotes_are_one(shop: Path) -> None:
    items = file_of(shop, "items.csv", '="sku";="title"\n1;="a ""b"""\n')
    beholder("import", shop, "--items", items)
    assert items_of(shop) == {"1": ('a "b"', {})}


def test_a_guarded_person_of_a_broken_row_is_allowed_nothing(shop: Path) -> None:
    users = file_of(shop, "users.csv", 'user,consent\n="07",yes\n')
    beholder("import", shop, "--users", users)
    users = file_of(shop, "users.csv", 'user,consent\n="08",yes\n="07",no,more\n')
    out, _ = beholder("import", shop, "--users", users, "--json", status=1)
    assert json.loads(out)["files"][0]["unnamed"] == 0


RATED = ("--no-header", "--map", "user=1", "--map", "item_id=2", "--map", "value=3", "--map",
         "time=4")  # fmt: skip


@pytest.mark.parametrize("name", ["ratings.dat", "ratings.csv", "ratings.txt"])
def test_two_colons_between_fields_are_read(shop: Path, name: str) -> None:
    log = file_of(shop, name, "1::1193::5::978300760\n1::661::3::978302109\n2::661:::978302109\n")
    look, done = both(shop, "--interactions", log, *RATED)
    assert look["sights"][0]["rows"][0] == {"1": "1", "2": "1193", "3": "5", "4": "978300760"}
    assert (done["files"][0]["added"], done["files"][0]["refused"]) == (2, 1)


def test_fields_between_two_colons_have_commas_bars_and_quotes(shop: Path) -> None:
    text = (
        "1::Toy Story, The (1995)::Animation|Children's|Comedy|Drama\n"
        '2::"Quoted" and 5"::Drama\n3::"Quoted"::Drama\n4::Alien: Reborn::Horror\n5::too::many::x\n'
    )
    words = ("--no-header", "--map", "item_id=1", "--map", "title=2", "--map", "category=3")
    items = file_of(shop, "movies.dat", text + "6::Amélie::Drama\n", "latin-1")
    out, _ = beholder("import", shop, "--items", items, *words, "--encoding", "latin-1", "--json")
    assert json.loads(out)["reasons"] == {"has 4 fields, the first line 3": 1}
    found = items_of(shop)
    assert [title for title, _ in found.values()] == [
        "Toy Story, The (1995)", '"Quoted" and 5"', "Quoted", "Alien: Reborn", "Amélie",
    ]  # fmt: skip
    assert found["1"][1]["category"] == ["Animation", "Children's", "Comedy", "Drama"]


def test_two_colons_inside_of_a_field_part_none(shop: Path) -> None:
    beholder("import", shop, "--items", file_of(shop, "i.csv", "sku,a::b\n1,std::vector\n"))
    assert items_of(shop) == {"1": ("1", {"a::b": "std::vector"})}


def test_a_first_line_that_is_a_row_is_asked_about_once(shop: Path) -> None:
    log = file_of(shop, "ratings.dat", "5::1193::5::978300760\n1::661::3::978302109\n")
    _, told = beholder("import", shop, "--interactions", log, status=1)
    assert "two columns named '5' (rename one of them, or say --no-header if" in told
    log = file_of(shop, "ratings.dat", "1::1193::5::978300760\n1::661::3::978302109\n")
    _, told = beholder("import", shop, "--interactions", log, status=1)
    assert "it has 1, 1193, 5, 978300760 (say which: --map item_id=COLUMN --map user=" in told
    assert "of one person; if its first" in told
    assert "--no-header" in told
    _, told = beholder("import", shop, "--interactions", log, "--no-header", status=1)
    assert "it has 1, 2, 3, 4 (say which: --map item_id=COLUMN --map user=" in told
    assert "of one person; columns are numbered from" in told
    assert "--no-header" not in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\n", "is empty (each of its lines is a row)"),
        ('"a,b\n', "the first line of f.csv is no row: "),
        ("\xe9,b\n", "the first line of f.csv is no UTF-8 (say --encoding cp1252"),
    ],
)
def test_no_error_speaks_of_names_where_there_are_none(shop: Path, text: str, words: str) -> None:
    path = file_of(shop, "f.csv", text, "latin-1")
    _, told = beholder("import", shop, "--items", path, "--no-header", status=1)
    assert words in told
    assert "names" not in told
    assert "--no-header" not in told


def test_two_colons_inside_of_quotes_stay(shop: Path) -> None:
    items = file_of(shop, "m.csv", 'id::name::g\n1::"x::y"::C\n')
    beholder("import", shop, "--items", items, "--map", "title=name")
    title = items_of(shop)["1"][0]
    assert "\x1f" not in title
    assert "x::y" in title


def test_a_day_that_is_in_no_calendar_tells_no_order(shop: Path) -> None:
    rows = "".join(
        f"u{n},i{n},{day}\n" for n, day in enumerate(["1/2/2025", "45/1/2025", "31/02/2025"])
    )
    log = file_of(shop, "log.csv", f"user,item,time\n{rows}")
    beholder("import", shop, "--interactions", log, status=1)
    log = file_of(shop, "log.csv", f"user,item,time\n{rows}u9,i9,12/31/2025\n")
    done = json.loads(beholder("import", shop, "--interactions", log, "--json")[0])
    assert (done["files"][0]["added"], done["files"][0]["refused"]) == (2, 2)


def test_tags_are_parted_by_commas(shop: Path) -> None:
    items = file_of(shop, "items.csv", 'sku,Tags,Style\na,"summer, linen","plain, blue"\n')
    beholder("import", shop, "--items", items)
    assert items_of(shop)["a"][1] == {"Tags": ["summer", "linen"], "Style": "plain, blue"}


def test_orders_with_a_moment_at_which_they_were_cancelled_are_counted(shop: Path) -> None:
    log = file_of(shop, "log.csv", "user,sku,quantity,Cancelled at\nu,a,1,2026-01-01\nu,b,1,\n")
    for more in (["--dry-run"], []):
        said = beholder("import", shop, "--interactions", log, *more)[0]
        assert "warning: 1 row of cancelled orders is left out (column Cancelled at)" in said


def test_zeros_that_count_as_the_worst_are_said(shop: Path) -> None:
    rows = "".join(f"u{n},i{n},{n % 11}\n" for n in range(55))
    log = file_of(shop, "log.csv", f"user,item,rating\n{rows}")
    for more in (["--dry-run"], []):
        said = beholder("import", shop, "--interactions", log, *more)[0]
        assert "warning: 5 of 55 ratings are 0, below 1 to 10, and count as the worst" in said
    told = beholder("check", shop)[0]
    assert "warning: no event has a moment" in told
    assert "within an hour" not in told
    assert "events with a moment" in told


@pytest.mark.parametrize("quote", ["", '"'])
def test_an_apostrophe_before_most_ids_is_a_guard(shop: Path, quote: str) -> None:
    rows = "".join(f"'A-{n},{quote}'Twas {n}{quote},'til\n" for n in range(3))
    items = file_of(shop, "items.csv", f"sku,title,note\n{rows}B'9,Plain,x\n'C,C,y\n")
    log = file_of(shop, "log.csv", "user,sku\n'u1,'A-0\n'u1,'A-1\nv2,B'9\n")
    look, done = both(shop, "--items", items, "--interactions", log)
    assert look["rules"][GUARDS] == done["rules"][GUARDS] == 4 + 2 + 2
    assert items_of(shop)["A-0"] == ("'Twas 0", {"note": "'til"})
    assert set(items_of(shop)) == {"A-0", "A-1", "A-2", "B'9", "C"}
    assert done["files"][1]["added"] == 3


def test_an_apostrophe_before_few_ids_stays(shop: Path) -> None:
    beholder("import", shop, "--items", file_of(shop, "i.csv", "sku,title\n'A-1,x\nB-2,y\nC-3,z\n"))
    assert set(items_of(shop)) == {"'A-1", "B-2", "C-3"}
