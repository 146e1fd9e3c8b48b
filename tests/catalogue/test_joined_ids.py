"""Behaviour that names items otherwise than by their ids: joined where sure, else asked about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.catalogue.items_before import FEWER
from beholder.catalogue.rows_of_item import MOST, Again, RowsOfItems
from beholder.settings_line import write_line
from beholder.store import ItemRecord
from command_line import beholder
from items_held import items_of

PRODUCTS = """\
Handle,Title,Option1 Value,Variant SKU,Variant Price,Variant Barcode,Image Src
shirt,Linen shirt,S,LS-S,49.00,4001,https://example.org/shirt-1.jpg
shirt,,M,LS-M,49.00,4002,https://example.org/shirt-2.jpg
shirt,,L,LS-L,55.00,4003,
hat,Wool hat,One,WH,19.00,4010,https://example.org/hat.jpg
mug,Mug,One,MG,9.00,4010,https://example.org/mug.jpg
"""
TWIN = "the id of a variant of another item"
TWO = f"2 items without a title of their own have {TWIN}: "
ORDERS = """\
Name,Email,Financial Status,Lineitem quantity,Lineitem name,Lineitem sku,Created at
#1,ann@example.org,paid,2,Linen shirt - M,LS-M,2024-03-01 10:00:00 +0100
#2,bob@example.org,paid,1,Wool hat,WH,2024-03-02 10:00:00 +0100
#2,bob@example.org,,1,Linen shirt - L,LS-L,2024-03-02 10:00:00 +0100
"""


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace with files of a shop beside it."""
    beholder("init", tmp_path / "shop")
    (tmp_path / "products.csv").write_text(PRODUCTS)
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path / "shop"


def files(shop: Path) -> tuple[object, ...]:
    items, log = shop.parent / "products.csv", shop.parent / "orders.csv"
    return "import", shop, "--items", items, "--interactions", log


def attributes(shop: Path) -> dict[str, dict[str, object]]:
    return {item_id: own for item_id, (_, own) in items_of(shop).items()}


def make_items(shop: Path) -> None:
    write_line(shop / "beholder.toml", "behaviour", "makes_items", True, "asked for")


def test_orders_of_shopify_join_its_products_by_sku(shop: Path) -> None:
    by_sku = "3 rows joined by Variant SKU, another id of items: LS-M is shirt"
    looked = json.loads(beholder(*files(shop), "--dry-run", "--json")[0])["behaviour"]
    assert (looked["joined"], looked["said"][0]) == (3, by_sku)
    assert [row["item"] for row in looked["rows"]] == ["shirt", "hat", "shirt"]
    done = json.loads(beholder(*files(shop), "--json")[0])
    orders = done["files"][1]
    assert (orders["added"], orders["refused"], orders["said"][0]) == (3, 0, by_sku)
    assert orders["mapping"]["user"] == "Email"
    assert set(items_of(shop)) == {"shirt", "hat", "mug"}


def test_orders_that_come_a_day_later_join_what_is_stored(shop: Path) -> None:
    beholder(*files(shop)[:4])
    words = "import", shop, "--interactions", shop.parent / "orders.csv"
    assert "joined by Variant SKU" in beholder(*words, "--dry-run")[0]
    assert "3 rows joined by Variant SKU" in beholder(*words)[0]


def test_an_id_that_two_items_share_is_refused_by_name(shop: Path) -> None:
    log = ORDERS + "#3,cat@example.org,paid,1,Hat,4010,2024-03-02 10:00:00 +0100\n"
    (shop.parent / "orders.csv").write_text(log)
    for more in (["--dry-run"], []):
        said, errors = beholder(*files(shop), *more)
        assert "row 5 names several items, which share this id beside their own: 4010" in errors
        assert "did you mean" not in said


def test_rows_that_name_products_whose_sizes_are_items_say_what_to_do(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("sku,handle\ns1,shirt\ns2,shirt\nh1,hat\n")
    (shop.parent / "orders.csv").write_text("user,item_id\nu,shirt\nv,shirt\nw,hat\n")
    why = "; 2 rows name several items by handle, such as shirt: where these are one, import the"
    for more in (["--dry-run"], []):
        _, errors = beholder(*files(shop), *more, status=1)
        assert f"of the catalogue{why} items with --map item_id=handle" in errors


def test_ids_in_a_column_of_any_name_are_found_where_most_join_no_item(shop: Path) -> None:
    items = "item_id,title,rating,Ref. no\n1,A,3,x1\n2,B,4,x2\n3,C,5,x3\n"
    (shop.parent / "products.csv").write_text(items)
    (shop.parent / "orders.csv").write_text("user,item_id\nu,x1\nv,x2\nw,x9\n")
    why = "; 2 of its first 3 ids stand in the column Ref. no of the items, so import these with "
    for more in (["--dry-run"], []):
        _, errors = beholder(*files(shop), *more, status=1)
        assert f"name an item of the catalogue{why}--map 'item_id=Ref. no'" in errors
    looked = beholder(*files(shop), "--map", "item_id=Ref. no", "--dry-run")[0]
    assert "2 of 3 interactions join an item" in looked


def test_an_id_of_one_item_that_is_another_id_of_a_second_is_said(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("SKU,Name,ID\n11,Pot,12\n12,Pan,13\n")
    (shop.parent / "orders.csv").write_text("user,product_id\nu,12\nv,13\n")
    told = "warning: 1 row named an item by an id that is another item's too, in another column: 12"
    for more in (["--dry-run"], []):
        said, _ = beholder(*files(shop), *more)
        assert "1 row joined by ID, another id of items: 13 is 12" in said
        assert told in said


def test_an_item_has_the_other_ids_of_all_its_rows_and_a_second_import_changes_none(
    shop: Path,
) -> None:
    parts = PRODUCTS.splitlines(keepends=True)
    apart = "".join([*parts[:3], *parts[4:], parts[3]])  # a row of the shirt behind the others
    (shop.parent / "products.csv").write_text(apart)
    first = json.loads(beholder(*files(shop)[:4], "--json")[0])
    shirt = attributes(shop)["shirt"]
    assert shirt["Variant SKU"] == ["LS-S", "LS-M", "LS-L"]
    assert attributes(shop)["hat"]["Variant SKU"] == "WH"
    again = json.loads(beholder(*files(shop)[:4], "--json")[0])
    assert first["files"][0]["added"] == again["files"][0]["same"] == 3
    assert again["files"][0]["changed"] == 0
    assert attributes(shop)["shirt"] == shirt


def test_an_item_has_so_many_other_ids_and_each_once() -> None:
    rows = RowsOfItems({})
    for n in range(MOST + 1):
        again = rows.take(ItemRecord("a", "A", {"sku": f"s{n}"}), n)
    assert again == Again({}, ["sku"], False)
    assert again.rules(False) == [
        "rows with another sku beyond 2048 of their item, which is left out"
    ]
    for known in ("s0", "s1"):
        again = rows.take(ItemRecord("a", "A", {"sku": known}), 9)
        assert again == Again({}, [], False)


def test_an_id_that_the_file_has_no_more_leaves_its_item(shop: Path) -> None:
    beholder(*files(shop)[:4])
    (shop.parent / "products.csv").write_text(PRODUCTS.replace("LS-M", "LS-X"))
    beholder(*files(shop)[:4])
    assert attributes(shop)["shirt"]["Variant SKU"] == ["LS-S", "LS-X", "LS-L"]


@pytest.mark.parametrize(("ours", "theirs"), [("12", "12.0"), ("12.0", "12")])
@pytest.mark.parametrize("makes", [False, True])
def test_a_column_of_whole_numbers_with_points_joins_those_without(
    shop: Path, ours: str, theirs: str, makes: bool
) -> None:
    other = theirs.replace("12", "13")
    (shop.parent / "products.csv").write_text(f"item_id,title\n{ours},A\n")
    (shop.parent / "orders.csv").write_text(f"user,item_id\nu,{theirs}\nv,{theirs}\nw,{other}\n")
    if makes:
        make_items(shop)
    said = beholder(*files(shop), "--dry-run")[0]
    done = beholder(*files(shop))[0]
    for words in (said, done):
        assert "2 rows joined as whole numbers, which one of the files writes with a point" in words
        assert f"{theirs} is {ours}" in words
    assert set(items_of(shop)) == {ours, other} if makes else {ours}


def test_a_point_in_one_id_alone_joins_nothing(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("item_id,title\n12,A\n1.1,B\n1.2,C\n")
    (shop.parent / "orders.csv").write_text("user,item_id\nu,12.0\nv,1.1\nw,1.2\n")
    said, _ = beholder(*files(shop))
    assert "joined as" not in said
    assert "all 1" not in said
    assert "would be in the catalogue but for a .0 at the end: 12.0 is not in it" in said


@pytest.mark.parametrize(
    ("ours", "theirs", "why"),
    [
        (["007", "008"], ["7", "8"],
         "zeros in front: 7 is not in it, did you mean 007? Write ids with their zeros, as text"),
        (["AB-1", "AB-2"], ["ab-1", "ab-2"],
         "case: ab-1 is not in it, did you mean AB-1? Write ids in the same case"),
        (["caf\u00e9", "th\u00e9"], ["cafe\u0301", "the\u0301"],
         "how accents are written (NFC or NFD): cafe\u0301 is not in it, did you mean caf\u00e9? "
         "Write ids in NFC"),
    ],
)  # fmt: skip
def test_ids_written_otherwise_are_asked_for_and_never_joined(
    shop: Path, ours: list[str], theirs: list[str], why: str
) -> None:
    items = "item_id,title\n" + "".join(f"{each},A\n" for each in ours)
    (shop.parent / "products.csv").write_text(items)
    (shop.parent / "orders.csv").write_text("user,item_id\n" + "".join(f"u,{i}\n" for i in theirs))
    for more in (["--dry-run"], []):
        _, errors = beholder(*files(shop), *more, status=1)
        (line,) = [line for line in errors.splitlines() if line.startswith("beholder:")]
        assert line.startswith("beholder: only 0 of the first 2 rows of orders.csv")
        assert f"; all 2 of these would be in the catalogue but for {why} in all files" in line
    make_items(shop)
    looked = beholder(*files(shop), "--dry-run")[0]
    done = beholder(*files(shop))[0]
    for said in (looked, done):
        assert "warning: 2 items made have the id of another one but for " in said
        assert f"{theirs[0]} and {ours[0]} are two items" in said
    assert set(items_of(shop)) == {*ours, *theirs}


def test_rows_of_one_item_that_say_otherwise_are_counted_by_column(shop: Path) -> None:
    told = (
        "the first row of an item counts, and 1 row says otherwise: Variant Price (1); "
        "Variant Price: 49 is kept, and 55 is not (item shirt, row 4)"
    )
    more = PRODUCTS + "mug,Mug,One,MG,9.00,4010,\n"
    (shop.parent / "products.csv").write_text(more)
    looked = json.loads(beholder(*files(shop)[:4], "--dry-run", "--json")[0])
    done = json.loads(beholder(*files(shop)[:4], "--json")[0])
    products = done["files"][0]
    assert told in looked["sights"][0]["said"]
    assert told in products["said"]
    assert looked["rules"] == done["rules"]
    for column in ("Variant SKU", "Option1 Value"):
        beside = f"rows with another {column} of their item, which it has beside the first"
        assert done["rules"][beside] == 2
    assert (products["added"], products["more"], products["same"]) == (3, 2, 1)
    assert attributes(shop)["shirt"]["price"] == 49


SIZES = """Handle,Title,Option1 Value,Variant SKU,Variant Inventory Qty,In stock
shirt,Shirt,S,LS-S,0,0
shirt,,M,LS-M,9,1
hat,Hat,One,WH,0,no
shirt,,L,LS-L,4,yes
hat,,Two,WH-2,0,no
"""


@pytest.mark.parametrize("apart", [False, True])
def test_an_item_is_in_stock_where_one_of_its_rows_is(shop: Path, apart: bool) -> None:
    head, *rows = SIZES.splitlines()
    lines = [head, *(rows if apart else sorted(rows, key=lambda row: row.startswith("shirt")))]
    (shop.parent / "products.csv").write_text("\n".join(lines) + "\n")
    for _ in range(2):
        done = json.loads(beholder(*files(shop)[:4], "--json")[0])
        shirt, hat = attributes(shop)["shirt"], attributes(shop)["hat"]
        assert (shirt["stock"], shirt["in_stock"]) == (9, "true")
        assert (hat["stock"], hat["in_stock"]) == (0, "false")
        assert shirt["Option1 Value"] == ["S", "M", "L"]
        assert any("with a stock of their own" in rule for rule in done["rules"])
    assert done["files"][0]["same"] == 2 + 2 * (not apart) or done["files"][0]["changed"] == 0


def test_ids_called_as_another_column_of_items_are_of_that_column(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("sku,product_id,title\n1,3,A\n2,1,B\n3,2,C\n")
    (shop.parent / "orders.csv").write_text("user,Product ID\nu,1\nv,2\nw,3\n")
    told = "3 rows joined by product_id, as the file calls its ids, not by items' own: 1 is 2"
    looked = json.loads(beholder(*files(shop), "--dry-run", "--json")[0])["behaviour"]
    assert (looked["said"][0], looked["warnings"]) == (told, [])
    assert [row["item"] for row in looked["rows"]] == ["2", "3", "1"]
    said = beholder(*files(shop))[0]
    assert told in said
    assert "warning" not in said


def test_ids_that_are_own_ids_and_others_are_said_where_no_name_tells(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("sku,product_id,title\n1,3,A\n2,1,B\n3,2,C\n")
    (shop.parent / "orders.csv").write_text("user,item_id\nu,1\nv,2\nw,3\n")
    told = (
        "warning: 3 rows named an item by an id that is another item's too, in another column: 1 "
        "was taken for item 1, and is in product_id of another one. If that is meant, call the ids "
        "of the file so, and say --map item_id=product_id"
    )
    for more in (["--dry-run"], []):
        assert told in beholder(*files(shop), *more)[0]


def test_ids_are_the_items_own_where_the_column_of_their_name_holds_fewer(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("sku,product_id,title\n1,3,A\n2,1,B\n3,9,C\n")
    (shop.parent / "orders.csv").write_text("user,product_id\nu,1\nv,2\nw,3\n")
    looked = json.loads(beholder(*files(shop), "--dry-run", "--json")[0])["behaviour"]
    assert [row["item"] for row in looked["rows"]] == ["1", "2", "3"]
    assert looked["warnings"][0].startswith("2 rows named an item by an id that is another item's")


def test_own_ids_beside_those_of_a_column_are_said(shop: Path) -> None:
    (shop.parent / "products.csv").write_text("sku,EAN,title\na,71,A\nb,72,B\n")
    (shop.parent / "orders.csv").write_text("user,Barcode\nu,71\nv,72\nw,b\n")
    told = (
        "warning: 1 row named an item by its own id, and not by EAN as others do: b was taken for"
    )
    for more in (["--dry-run"], []):
        said = beholder(*files(shop), "--map", "item_id=Barcode", *more)[0]
        assert told in said
        assert "2 rows joined by EAN, another id of items: 71 is a" in said


def test_items_that_orders_made_and_products_have_as_variants_are_said(shop: Path) -> None:
    orders, products = shop.parent / "orders.csv", shop.parent / "products.csv"
    orders.write_text("Lineitem sku,user_id,event\nS1,u1,purchase\nS2,u2,purchase\nX,u2,purchase\n")
    products.write_text("Handle,Title,Variant SKU\nshirt,Shirt,S1\nshirt,Shirt,S2\nhat,Hat,S3\n")
    assert TWO not in beholder("import", shop, "--interactions", orders)[0]
    told = f"warning: {TWO}"
    assert told in beholder("import", shop, "--items", products, "--dry-run")[0]
    assert told in beholder("import", shop, "--items", products)[0]
    assert told in beholder("check", shop)[0]
    orders.write_text("Lineitem sku,user_id,event\nS1,u4,purchase\nS3,u5,purchase\n")
    assert told in beholder("import", shop, "--interactions", orders, "--dry-run")[0]
    said = beholder("import", shop, "--interactions", orders)[0]
    assert told in said
    assert "2 rows joined by Variant SKU" in said
    beholder("item", "delete", shop, "S1", "S2")
    assert TWIN not in beholder("check", shop)[0]


def test_rows_that_stand_apart_are_added_in_runs(shop: Path) -> None:
    rows = [f"h{n},Title {n},S{n}-{times}" for times in range(2) for n in range(1_201)]
    (shop.parent / "apart.csv").write_text("\n".join(["Handle,Title,Variant SKU", *rows]))
    told = beholder("import", shop, "--items", shop.parent / "apart.csv")[1]
    assert "items whose rows stand apart: 1200 in " in told
    held = attributes(shop)
    assert all(held[f"h{n}"]["Variant SKU"] == [f"S{n}-0", f"S{n}-1"] for n in range(1_201))


def test_a_file_by_skus_makes_items_and_it_is_said_whose_they_are(shop: Path) -> None:
    beholder(*files(shop)[:4])
    assert TWIN not in beholder("check", shop)[0]
    (shop.parent / "stock.csv").write_text("SKU,Stock\nLS-S,0\n")
    for more in (["--dry-run"], []):
        said = beholder("import", shop, "--items", shop.parent / "stock.csv", *more)[0]
        assert "warning: 1 item without a title of its own has the id of a variant" in said
        assert "LS-S is in Variant SKU of shirt" in said


def test_sizes_and_ids_that_a_file_no_longer_has_are_counted(shop: Path) -> None:
    (shop.parent / "products.csv").write_text(SIZES)
    beholder(*files(shop)[:4])
    few = "Handle,Option1 Value,Variant SKU,Variant Inventory Qty\nshirt,M,LS-M,0\n"
    (shop.parent / "products.csv").write_text(few)
    looked = json.loads(beholder(*files(shop)[:4], "--json", "--dry-run")[0])
    done = json.loads(beholder(*files(shop)[:4], "--json")[0])
    assert (looked["rules"], looked["rules_first"]) == (done["rules"], done["rules_first"])
    for column in ("Option1 Value", "Variant SKU"):
        assert done["rules"][FEWER.format(column=column)] == 1
    assert attributes(shop)["shirt"]["stock"] == 0


def test_stock_of_a_file_before_does_not_outlive_rows_that_stand_apart(shop: Path) -> None:
    (shop.parent / "one.jsonl").write_text('{"id": "a", "title": "Mug", "stock": 10}\n')
    beholder("import", shop, "--items", shop.parent / "one.jsonl")
    rows = [
        {"id": "a", "title": "Mug", "size": "S"},
        {"id": "b", "title": "Pot"},
        {"id": "a", "title": "Mug", "size": "L", "stock": 0},
    ]
    (shop.parent / "two.jsonl").write_text("\n".join(map(json.dumps, rows)))
    for _ in range(2):
        beholder("import", shop, "--items", shop.parent / "two.jsonl")
        assert attributes(shop)["a"]["stock"] == 0


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["0", "5"], "5"),
        (["nicht verfügbar", "auf Lager"], "auf Lager"),
        (["discontinued", "in stock"], "in stock"),
        (["in stock", "sold out"], "in stock"),
    ],
)
def test_what_is_available_in_one_row_is_available(shop: Path, cells: list[str], kept: str) -> None:
    rows = "".join(f"a,{cell},{n}\n" for n, cell in enumerate(cells))
    (shop.parent / "items.csv").write_text(f"sku,availability,style\n{rows}")
    beholder("import", shop, "--items", shop.parent / "items.csv")
    assert attributes(shop)["a"]["availability"] == kept


def test_a_file_of_apart_rows_sells_nothing_out_for_a_moment_and_changes_nothing_again(
    shop: Path,
) -> None:
    (shop.parent / "items.csv").write_text("sku,title,stock\na,A,0\nb,B,1\na,A,9\n")
    words = "import", shop, "--items", shop.parent / "items.csv", "--json"
    beholder(*words)
    again = json.loads(beholder(*words)[0])["files"][0]
    assert again["changed"] == 0
    assert attributes(shop)["a"]["stock"] == 9


SIZES_AT_ONCE = """\
Name,Email,Lineitem quantity,Lineitem sku,Created at
#1,ann@example.org,1,LS-S,2024-03-01 10:00:00 +0100
#1,ann@example.org,1,LS-M,2024-03-01 10:00:00 +0100
#1,ann@example.org,1,LS-M,2024-03-01 10:00:00 +0100
#2,bob@example.org,1,LS-M,2024-03-01 10:00:00 +0100
"""


def test_two_sizes_in_one_order_are_two_purchases(shop: Path) -> None:
    def counts() -> tuple[int, int]:
        (orders,) = json.loads(beholder(*words, "--json")[0])["files"]
        return orders["added"], orders["same"]

    beholder(*files(shop)[:4])
    path = shop.parent / "orders.csv"
    words = "import", shop, "--interactions", path
    path.write_text(SIZES_AT_ONCE)
    assert counts() == (3, 1)
    assert counts() == (0, 4)
    head, *rows = SIZES_AT_ONCE.splitlines()
    path.write_text("\n".join([head, *rows[::-1]]))
    assert counts() == (0, 4)
    path.write_text("\n".join([head, rows[1]]))
    assert counts() == (0, 1)


def test_an_id_in_two_columns_of_an_item_counts_for_the_one_that_has_the_others(shop: Path) -> None:
    (shop.parent / "products.csv").write_text(
        "Handle,Title,Barcode,Variant SKU\nh1,A,100,\nh2,B,S2,S2\nh3,C,,S3\n"
    )
    (shop.parent / "orders.csv").write_text("item_id,user_id\nS2,u1\nS3,u2\nS3,u3\n")
    for more in (["--dry-run"], []):
        said = beholder(*files(shop), *more)[0]
        assert "3 rows joined by Variant SKU, another id of items: S2 is h2" in said
        assert "joined by Barcode" not in said
