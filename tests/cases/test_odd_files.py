"""Text files as spreadsheets and other systems write them."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from beholder.catalogue.decimal_mark import MarksSeen
from beholder.catalogue.points import with_commas
from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.folder import scan
from beholder.catalogue.readers.interface import counted
from beholder.catalogue.readers.texts import Form
from beholder.errors import DataError, UsageError
from beholder.numbers_in_text import number
from command_line import beholder


def rows_of(path: Path, **form: Any) -> tuple[list[dict[str, Any]], list[int], list[str]]:
    refused: list[str] = []
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    for batch in open_rows(path, lambda row, why: refused.append(f"{row} {why}"), Form(**form)):
        lists = batch.lists()
        rows += [
            dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)
        ]
        numbers += list(batch.rows)
    return rows, numbers, refused


def test_a_file_without_names_keeps_its_first_row(tmp_path: Path) -> None:
    path = tmp_path / "u.tsv"
    path.write_text("196\t242\t3\t881250949\n186\t302\t3\t891717742\n22\t377\t1\t878887116\n")
    rows, numbers, refused = rows_of(path, header=False)
    assert rows[0] == {"1": "196", "2": "242", "3": "3", "4": "881250949"}
    assert (len(rows), numbers, refused) == (3, [1, 2, 3], [])


def test_the_separator_that_a_spreadsheet_names_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    text = '\ufeffsep=;\nitem_id;title;price\n0101;Stuhl "rot";12,50\n0102;Müller;1.299,00\n'
    path.write_text(text, encoding="utf-8")
    rows, numbers, refused = rows_of(path)
    assert [row["item_id"] for row in rows] == ["0101", "0102"]
    assert rows[1] == {"item_id": "0102", "title": "Müller", "price": "1.299,00"}
    assert (numbers, refused) == ([3, 4], [])


def test_empty_columns_at_the_end_are_none(tmp_path: Path) -> None:
    path = tmp_path / "trail.csv"
    path.write_text("item_id,title,,\n1,a,,\n2,b,,\n3,c\n4,d,x,\n")
    rows, numbers, refused = rows_of(path)
    assert rows == [{"item_id": str(i + 1), "title": text} for i, text in enumerate("abc")]
    assert numbers == [2, 3, 4]
    assert refused == ["5 has 4 fields, the first line 2"]


def test_between_tabs_a_quote_is_a_letter_where_it_closes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "reviews.tsv"
    path.write_text(
        "id\ttitle\ttext\n"
        '1\t56 Pieces of "Wooden" Train\tfine\n'
        '2\t"Good quality\tIt broke 5" after\n'
        '3\tBad "\t"never closed\n'
        '4\t"two, quoted"\t"over\ntwo lines"\n'
        '"a6"\t5" nail\t"one ""two"""\n'
        '"a7"\t"good" and "bad"\t""\n'
        '5\t"one\ttoo\tmany\n'
    )
    rows, numbers, refused = rows_of(path)
    assert [list(row.values()) for row in rows] == [
        ["1", '56 Pieces of "Wooden" Train', "fine"],
        ["2", '"Good quality', 'It broke 5" after'],
        ["3", 'Bad "', '"never closed'],
        ["4", "two, quoted", "over\ntwo lines"],
        ["a6", '5" nail', 'one "two"'],
        ["a7", '"good" and "bad"', None],
    ]
    assert (numbers, refused) == ([2, 3, 4, 5, 7, 8], ["9 opens a quote that is not closed"])


def test_names_that_look_like_a_row_are_asked_about(tmp_path: Path) -> None:
    beholder("init", tmp_path / "shop")
    for first, asked in (("196\t242\t3\t881250949", True), ("who\twhat\tstars\tday", False)):
        (tmp_path / "u.tsv").write_text(first + "\n186\t302\t3\t891717742\n")
        words = ("import", tmp_path / "shop", "--interactions", tmp_path / "u.tsv")
        _, told = beholder(*words, status=1)
        assert ("--no-header" in told) == asked, told


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["sku,name\na,Mug\n", "商品编号,名称\n一,杯子\n", '{"id": "a"}\n'])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_two_bytes_a_letter_without_a_mark_are_named(
    tmp_path: Path, encoding: str, text: str, pack: Callable[[bytes], bytes]
) -> None:
    ending = (".jsonl" if text.startswith("{") else ".csv") + ".gz" * (pack is gzip.compress)
    path = tmp_path / f"items{ending}"
    path.write_bytes(pack(text.encode(encoding)))
    with pytest.raises(DataError, match="looks like UTF-16 without") as refused:
        list(open_rows(path, lambda *_: None))
    assert refused.value.remedy.startswith(f"say --encoding {encoding}")
    (batch,) = open_rows(path, lambda *_: None, Form(encoding))
    assert len(batch) == 1


def test_single_zeros_and_other_scripts_are_no_utf16(tmp_path: Path) -> None:
    path = tmp_path / "items.csv"
    path.write_text("sku,name\na,M\0ug\nb,杯子\nc,Tall jug of the sea\n")
    assert sum(len(batch) for batch in open_rows(path, lambda *_: None)) > 0


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_packings_and_ends(tmp_path: Path, encoding: str, packed: bool, end: str) -> None:
    lines = ["item_id,title", *(f"{i},Größe {i}" for i in range(3_000))]
    data = end.join([*lines, ""]).encode(encoding)
    path = tmp_path / ("f.csv.gz" if packed else "f.csv")
    path.write_bytes(gzip.compress(data) if packed else data)
    told = {} if encoding in ("utf-16", "utf-8-sig") else {"encoding": encoding}
    rows, _, refused = rows_of(path, **told)
    assert refused == []
    assert len(rows) == 3_000
    assert rows[2_999] == {"item_id": "2999", "title": "Größe 2999"}


def test_an_array_of_objects_is_read_like_lines(tmp_path: Path) -> None:
    objects = [{"id": i, "title": f"thing {i}"} for i in range(5)]
    path = tmp_path / "items.json"
    path.write_text(json.dumps([*objects[:3], "odd", *objects[3:]], indent=1))
    rows, numbers, refused = rows_of(path)
    assert rows == objects
    assert numbers == [1, 2, 3, 5, 6]
    assert refused == ["4 is no object"]
    path.write_text("\n".join(map(json.dumps, objects)))
    assert rows_of(path)[0] == objects
    path.write_text('[{"id": 1},')
    with pytest.raises(DataError, match="ends before its array does"):
        rows_of(path)
    path.write_text('[{"id": 1}, {"id": ')
    with pytest.raises(DataError, match="is no JSON"):
        rows_of(path)


def test_what_cannot_be_read_is_said_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_bytes("item_id,title\n1,Größe\n2,x\n".encode("cp1252"))
    rows, _, refused = rows_of(path)
    assert len(rows) == 1
    assert refused == ["2 is no UTF-8 (say --encoding cp1252, or save it as UTF-8)"]
    with pytest.raises(UsageError, match="no encoding 'klingon'"):
        rows_of(path, encoding="klingon")
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 100_000)[:-50])
    with pytest.raises(DataError, match=r"cut\.csv\.gz is broken"):
        rows_of(path)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("-3.5", -3.5), (".5", 0.5), ("1e3", 1000), ("12,50", 12.5),
        ("1.299,00", 1299), ("1,299.00", 1299), ("1,299", 1299), ("1.299", 1.299), ("€ 12,5", 12.5),
        ("1.000.000,5", 1e6 + 0.5), ("5 EUR", 5), ("$1,000", 1000), ("12,5000", 12.5),
        ("1 299,00 €", 1299), ("1\u202f299", 1299), ("CHF 1'299.50", 1299.5), ("12 50", None),
        ("1 2990", None), ("1,2,3", None), ("A1", None), ("", None), ("nan", None), ("1_000", None),
        ("٣", None), ("0,899", 0.899), ("-0,500 kg", None), ("-0,500", -0.5),
        ("1234,567", 1234.567), ("1.299,000", 1299), ("1.299.000", 1299000), ("12.5.6", None),
        ("+1,5", 1.5), ("+1.299,00", 1299), ("\u22125,00", -5), ("\u22121.5 €", -1.5), ("49,-", 49),
        ("1.299,\u2013 €", 1299), ("49.-", 49), ("49-", None), ("-,-", None), ("1-,5", None),
        ("2019,2020", None), ("0,899,000", None), ("52,520008", 52.520008),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float | None) -> None:
    assert number(text) == value


def zipped(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return path


@pytest.mark.parametrize("name", ["f.csv", "f.zip", "f.jsonl", "f.data", "f.parquet"])
def test_an_archive_is_unpacked_first_however_it_is_called(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"is a ZIP file \(unpack it\)"):
        rows_of(zipped(tmp_path / name, "items.csv"))


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx", "f.zip"])
def test_a_workbook_is_saved_as_csv_however_it_is_called(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"a workbook of Excel \(save it as CSV"):
        rows_of(zipped(tmp_path / name, "xl/workbook.xml"))
    with zipfile.ZipFile(tmp_path / name, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(DataError, match="a workbook of"):
        rows_of(tmp_path / name)
    (tmp_path / "old.csv").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest")
    with pytest.raises(DataError, match="a workbook of Excel"):
        rows_of(tmp_path / "old.csv")


@pytest.mark.parametrize("name", ["-", "/dev/stdin", "/dev/fd/0", "pipe.csv"])
def test_a_stream_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    beholder("init", tmp_path / "w")
    os.mkfifo(tmp_path / "pipe.csv")
    file = tmp_path / name if name == "pipe.csv" else name
    _, words = beholder("import", tmp_path / "w", "--interactions", file, status=1)
    assert "is a stream" in words
    assert "write it to a file first" in words


def test_a_folder_where_a_file_is_wanted_says_so_and_the_other_way_round(tmp_path: Path) -> None:
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(DataError, match="is a folder, and a file is wanted"):
        rows_of(tmp_path / "d.csv")
    with pytest.raises(DataError, match=r"is a file, .*\(unpack it, and give the folder\)"):
        scan(zipped(tmp_path / "p.zip", "a.jpg"))
    with pytest.raises(DataError, match="there is no file"):
        rows_of(tmp_path / "none.xyz")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["1.299 €", "2.499 €", "899,50 €"], [1299, 2499, 899.5]),
        (["1.299", "12,5", "1.234.567,80", "EUR 3.000"], [1299, 12.5, 1234567.8, 3000]),
        (["1.299", "12,5", "0.500"], [1.299, 12.5, 0.5]),
        (["1.299", "2.5", "899"], [1.299, 2.5, 899]),
        (["1.299", 899.5, None], [1.299, 899.5, None]),
        (["1,299", "899.50"], [1299, 899.5]),
        (["1.299.000", "1.299 €", "7"], [1299000, 1299, 7]),
        (["1,250", "0,500"], [1.25, 0.5]),
        (["€ 1,250", "0,5", "1.299"], [1.25, 0.5, 1299]),
        (["1,250", "52,520008"], [1.25, 52.520008]),
        (["1,250", "0,5", "1,299,000"], [1250, 0.5, 1299000]),
        (["1,250", "0,5", "1,299.00"], [1250, 0.5, 1299]),
        (["1,250", "1'299.50"], [1250, 1299.5]),
        (["1,250", "1 299,50"], [1.25, 1299.5]),
        (["1,250", "2,000"], [1250, 2000]),
        (["10.990"] * 10 + ["12,50"], [10990] * 10 + [12.5]),
        (["10.990"] * 11 + ["12,50"], [10.99] * 11 + [12.5]),
        (["10.990"] * 1_000 + ["12,50"] * 10, [10990] * 1_000 + [12.5] * 10),
        (["1.299", "0.00", "12,5"], [1299, 0, 12.5]),
        (["1,299", "0,00", "12.5"], [1299, 0, 12.5]),
        (["1.299", "1.5e3", "12,5"], [1299, 1500, 12.5]),
        (["1.299"] + ["12,5"] * 11 + ["7.5"], [1299] + [12.5] * 11 + [7.5]),
        (["1,299"] + ["12.5"] * 11 + ["7,5"], [1299] + [12.5] * 11 + [7.5]),
        (["1.299"] + ["12,5"] * 10 + ["7.5"], [1.299] + [12.5] * 10 + [7.5]),
    ],
)
def test_all_values_of_a_column_tell_what_is_its_decimal_mark(
    column: list[Any], expected: list[float | None]
) -> None:
    seen = MarksSeen()
    seen.take(*counted(column))
    marks = seen.told("price", semicolons=False, foreign=False)
    told = with_commas(column) if marks.comma else column
    assert [number(each) if isinstance(each, str) else each for each in told] == expected
