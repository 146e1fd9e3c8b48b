"""What every reader of rows must do, whatever the format."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beholder.catalogue.readers import READERS, open_rows
from beholder.catalogue.readers.interface import MAX_LINE
from beholder.catalogue.readers.lines import BLOCK
from beholder.errors import DataError
from beholder.testing.reader_checks import READER_CHECKS, read_all

Refused = list[tuple[int, str]]


def rows_of(path: Path) -> tuple[list[dict[str, Any]], list[int], Refused]:
    """Every row as a dictionary, where it stands, and what was refused."""
    return read_all(open_rows, path)


def refused_or_rows(path: Path) -> list[dict[str, Any]] | None:
    """The rows, or None where the file was refused with words on what to do."""
    try:
        return rows_of(path)[0]
    except DataError as error:
        if not error.remedy:
            raise
        return None


def csv_file(path: Path, rows: list[dict[str, str]]) -> None:
    names = list(rows[0])
    quoted = [[json.dumps(row[n], ensure_ascii=False) if "," in row[n] else row[n] for n in names]
              for row in rows]  # fmt: skip
    path.write_text("\n".join(",".join(line) for line in [names, *quoted]) + "\n")


def jsonl_file(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


def json_file(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text(json.dumps(rows))


def parquet_file(path: Path, rows: list[dict[str, str]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS: dict[str, Callable[[Path, list[dict[str, str]]], None]] = {
    ".csv": csv_file,
    ".jsonl": jsonl_file,
    ".json": json_file,
    ".parquet": parquet_file,
}


@pytest.fixture(params=WRITERS)
def suffix(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_suffix_has_a_test_that_writes_its_kind() -> None:
    assert {READERS[suffix] for suffix in WRITERS} == set(READERS.values())


@pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
def test_every_reader_passes_the_shipped_checks(
    check: Callable[..., None], suffix: str, tmp_path: Path
) -> None:
    check(READERS[suffix], WRITERS[suffix], tmp_path / f"f{suffix}")


def test_a_row_of_csv_stands_on_its_line(tmp_path: Path) -> None:
    csv_file(tmp_path / "f.csv", [{"item_id": "a"}, {"item_id": "b"}])
    assert rows_of(tmp_path / "f.csv")[1] == [2, 3]


def test_a_file_that_is_not_there_or_of_another_kind_is_one_clear_error(
    suffix: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match="no file"):
        open_rows(tmp_path / f"f{suffix}", lambda row, reason: None)
    (tmp_path / "f.doc").write_text("a,b\n")
    with pytest.raises(DataError, match="no kind"):
        open_rows(tmp_path / "f.doc", lambda row, reason: None)


# ---- CSV


@pytest.fixture
def text(
    tmp_path: Path,
) -> Callable[[bytes | str], tuple[list[dict[str, Any]], list[int], Refused]]:
    def read(data: bytes | str) -> tuple[list[dict[str, Any]], list[int], Refused]:
        path = tmp_path / "f.csv"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return rows_of(path)

    return read


def test_a_row_with_other_fields_is_refused_and_the_rest_goes_on(text: Any) -> None:
    found, numbers, refused = text("a,b\n1,2\n3\n4,5,6\n\n7,8\n")
    assert [list(row.values()) for row in found] == [["1", "2"], ["7", "8"]]
    assert numbers == [2, 6]
    assert refused == [
        (3, "has 1 fields, the first line 2"),
        (4, "has 3 fields, the first line 2"),
    ]


def test_quotes_commas_and_lines_inside_of_a_field(text: Any) -> None:
    found, numbers, refused = text('a,b\n1,"x, ""y""\nz"\n2,ok\n')
    assert [row["b"] for row in found] == ['x, "y"\nz', "ok"]
    assert (numbers, refused) == ([2, 4], [])


def test_a_quote_that_is_never_closed_spoils_its_own_line_alone(text: Any) -> None:
    found, _, refused = text('a,b\n1,x\n2,"open\n3,y\n4,z\n')
    assert [row["a"] for row in found] == ["1", "3", "4"]
    assert refused == [(3, "opens a quote that is not closed")]


def test_the_mark_of_inches_is_no_quote(text: Any) -> None:
    found, _, refused = text('a,b\n1,27" screen\n2,5" phone\n')
    assert [row["b"] for row in found] == ['27" screen', '5" phone']
    assert refused == []


def test_bytes_that_are_no_utf8_spoil_their_own_line_alone(text: Any) -> None:
    found, numbers, refused = text(b"a,b\n1,x\n2,\xff\xfe\n3,\xc3\xa9\n")
    assert [row["b"] for row in found] == ["x", "é"]
    assert (numbers, [row for row, _ in refused]) == ([2, 4], [3])
    assert refused[0][1].startswith("is no UTF-8 (say --encoding cp1252")


@pytest.mark.parametrize("size", [MAX_LINE + 1, 3 * BLOCK])
def test_a_line_that_is_too_long_spoils_itself_alone(text: Any, size: int) -> None:
    found, numbers, refused = text("a,b\n1,x\n2," + "y" * size + "\n3,z\n")
    assert [row["a"] for row in found] == ["1", "3"]
    assert numbers == [2, 4]
    assert refused == [(3, f"is longer than {MAX_LINE} bytes")]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_ends_marks_and_delimiters(text: Any, end: str, mark: bytes, delimiter: str) -> None:
    lines = [delimiter.join(row) for row in (["a", "b"], ["1", "x y"], ["2", ""])]
    found, _, refused = text(mark + end.join(lines).encode())
    assert found == [{"a": "1", "b": "x y"}, {"a": "2", "b": None}]
    assert refused == []


def test_the_fast_and_the_careful_way_read_the_same(tmp_path: Path) -> None:
    lines = [f"{i},word {i % 7},{'' if i % 3 else i}" for i in range(1_000)]
    plain, odd = tmp_path / "plain.csv", tmp_path / "odd.csv"
    plain.write_text("\n".join(["a,b,c", *lines]))
    odd.write_text("\n".join(["a,b,c", *lines, 'x,"y",z']))  # a quote: the careful way
    assert rows_of(odd)[0][:-1] == rows_of(plain)[0]


@pytest.mark.parametrize(
    ("first", "message"),
    [
        (b"a,a\n1,2\n", "two columns"),
        (b"\n1,2\n", "empty"),
        (b'"a\n1,2\n', "no list of names"),
        (",".join(f"c{i}" for i in range(1_001)).encode() + b"\n", "1001 columns"),
        (b"PK\x03\x04xx", "a ZIP file.*unpack it"),
        (b"\x1f\x8bxx", "is broken"),
        (b"a,,,b\n1,2,3,4\n", "columns 2, 3 .* have no name"),
    ],
)
def test_a_first_line_that_names_no_columns_is_one_clear_error(
    text: Any, first: bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        text(first)


# ---- JSON Lines


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": NaN}', "has NaN, which is no JSON number"),
        ('{"a": -Infinity}', "has -Infinity, which is no JSON number"),
        ('{"a": 1, "a": 2}', "has a key twice"),
        ('{"a": {"b": 1, "b": 1}}', "has a key twice"),
        ('{"a": 1', "is no JSON"),
        ("[1, 2]", "is no object"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "is deeper than 32"),
        ('{"a": ' + "[" * 90_000, "is deeper than 32"),
        ('{"a": ' + "1" * 5_000 + "}", "is no JSON"),
    ],
)
def test_a_line_that_cannot_be_meant_is_refused_with_its_reason(
    line: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"a": "first"}\n' + line + '\n\n{"b": true}\n')
    found, numbers, refused = rows_of(path)
    assert found == [{"a": "first", "b": None}, {"a": None, "b": True}]
    assert numbers == [1, 4]
    assert refused == [(2, reason)]


# ---- Parquet


def test_types_become_plain_ones_and_the_others_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    table = pa.table(
        {
            "word": pa.array(["x", None]).dictionary_encode(),
            "small": pa.array([1, 2], pa.int8()),
            "money": pa.array([1, 2], pa.decimal128(5, 2)),
            "day": pa.array([0, 1], pa.date32()),
            "words": pa.array([["p", "q"], []]),
            "object": pa.array([{"k": 1}, {"k": 2}]),
        }
    )
    pq.write_table(table, path)
    found, _, _ = rows_of(path)
    assert list(found[0]) == ["word", "small", "money", "day", "words"]
    assert (found[0]["word"], found[1]["word"]) == ("x", None)
    assert (found[0]["small"], found[0]["money"], found[0]["words"]) == (1, 1.0, ["p", "q"])
    assert found[1]["day"].isoformat() == "1970-01-02T00:00:00+00:00"


def test_a_row_group_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.parquet"
    numbers = pa.table({"item_id": np.arange(8_500_000)})
    pq.write_table(numbers, path, use_dictionary=False, row_group_size=len(numbers))
    with pytest.raises(DataError, match="larger than 64 MiB"):
        rows_of(path)


# ---- hostile files


def hostile(good: bytes) -> Iterator[st.SearchStrategy[bytes]]:
    """Ways to spoil a good file: bytes changed, cut, doubled, and pure noise."""

    def change(data: list[tuple[int, int]]) -> bytes:
        spoiled = bytearray(good)
        for place, byte in data:
            spoiled[place % len(spoiled)] = byte
        return bytes(spoiled)

    edits = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=20)
    yield edits.map(change)
    yield st.integers(0, len(good)).map(lambda n: good[:n])
    yield st.tuples(st.integers(0, len(good)), st.binary(max_size=60)).map(
        lambda t: good[: t[0]] + t[1] + good[t[0] :]
    )
    yield st.binary(max_size=300)


GOOD_CSV = 'item_id,title,n\n1,"a, ""b""",2\n2,é,3\n3,"two\nlines",4\n'.encode()
GOOD_JSONL = b'{"item_id": "1", "n": [1, {"k": null}], "t": "\\u00e9"}\n{"item_id": 2, "n": 1e5}\n'


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.one_of(*hostile(GOOD_CSV)))
def test_hostile_csv_gives_rows_or_refusals_and_never_a_crash(data: bytes, tmp_path: Path) -> None:
    _never_crashes(tmp_path / "f.csv", data)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.one_of(*hostile(GOOD_JSONL)))
def test_hostile_json_gives_rows_or_refusals_and_never_a_crash(data: bytes, tmp_path: Path) -> None:
    _never_crashes(tmp_path / "f.jsonl", data)


def _never_crashes(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    if refused_or_rows(path) is None:
        return
    found, numbers, refused = rows_of(path)
    assert len(found) == len(numbers)
    assert numbers == sorted(numbers)
    lines = data.count(b"\n") + 1
    assert all(1 <= row <= lines for row, _ in refused)
    assert all(1 <= row <= lines for row in numbers)
    assert not {row for row, _ in refused} & set(numbers), "a row is read or refused, not both"


def test_hostile_parquet_is_refused_or_read_and_never_a_crash(tmp_path: Path) -> None:
    good = tmp_path / "good.parquet"
    table = pa.table({"item_id": ["a", "b"] * 50, "n": range(100), "l": [["x"], []] * 50})
    pq.write_table(table, good)
    data = good.read_bytes()
    path = tmp_path / "f.parquet"
    flipped = [data[:at] + bytes([data[at] ^ 255]) + data[at + 1 :] for at in (60, len(data) - 90)]
    for each in (data[: len(data) // 2], data[4:], b"PAR1" * 10, *flipped):
        path.write_bytes(each)
        found = refused_or_rows(path)
        assert found is None or len(found) == 100


@pytest.mark.long
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_three_hundred_hostile_parquet_files(data: st.DataObject, tmp_path: Path) -> None:
    good = tmp_path / "good.parquet"
    pq.write_table(pa.table({"item_id": ["a", "b"] * 50, "n": range(100)}), good)
    path = tmp_path / "f.parquet"
    path.write_bytes(data.draw(st.one_of(*hostile(good.read_bytes()))))
    refused_or_rows(path)
