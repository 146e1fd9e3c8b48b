"""Files that end too soon: what stands before the break is read, and it is said that they do."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from beholder.catalogue.readers import open_rows
from beholder.catalogue.readers.interface import BATCH
from beholder.catalogue.readers.until_cut import UntilCut
from beholder.store import Store
from beholder.workspace import Workspace
from command_line import beholder

N = 1_200  # more than two transactions of items


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    beholder("init", tmp_path / "shop")
    return tmp_path / "shop"


def noise(n: int) -> list[str]:
    """Return texts that no packing makes small."""
    return np.random.default_rng(7).bytes(16 * n).hex(" ", 16).split()


def written(path: Path, n: int, cut: bool) -> Path:
    """Write items i0, i1, ..., and cut the file behind half of them or so."""
    rows = [{"item_id": f"i{i}", "title": text} for i, text in enumerate(noise(n))]
    if ".csv" in path.name:
        text = "\n".join(["item_id,title", *(",".join(row.values()) for row in rows), ""])
    elif ".jsonl" in path.name:
        text = "".join(json.dumps(row) + "\n" for row in rows)
    else:
        text = json.dumps(rows)
    data = gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode()
    path.write_bytes(data[: len(data) // 2] if cut else data)
    return path


def there(shop: Path) -> dict[str, str]:
    with Store.open(Workspace.open(shop)) as store:
        table = store.items()
    return dict(zip(table["item_id"].to_pylist(), table["title"].to_pylist(), strict=True))


@pytest.mark.parametrize("name", ["f.json", "f.json.gz", "f.jsonl.gz", "f.csv.gz"])
def test_what_stands_before_the_break_is_stored_counted_and_reported(
    shop: Path, tmp_path: Path, name: str
) -> None:
    file = written(tmp_path / name, N, cut=True)
    look, error = beholder("import", shop, "--items", file, "--dry-run", "--json", status=1)
    assert "what comes before would be read" in error
    assert there(shop) == {}
    said, error = beholder("import", shop, "--items", file, "--json", status=1)
    assert f"{name} is" in error
    assert "; what came before was read" in error
    (done,) = json.loads(said)["files"]
    found = there(shop)
    assert N * 0.3 < len(found) < N * 0.7
    assert done["added"] == len(found)
    assert done["cut"]
    assert done["read"] == done["added"] + done["refused"]
    assert json.loads(look)["items"] == len(found)
    assert found == dict(zip([f"i{i}" for i in range(len(found))], noise(N), strict=False))
    beholder("import", shop, "--items", written(tmp_path / name, N, cut=False))
    assert len(there(shop)) == N


@pytest.mark.parametrize("n", [3, BATCH, BATCH + 3])
@pytest.mark.parametrize("end", ["", ",", ", ", ',{"a": 1', ',{"a": "x', ", nul"])
def test_all_whole_elements_of_a_cut_array_are_read(tmp_path: Path, n: int, end: str) -> None:
    path = tmp_path / "f.json"
    path.write_text("[" + ", ".join(f'{{"a": {i}}}' for i in range(n)) + end)
    rows = UntilCut(open_rows(path, lambda row, why: pytest.fail(why)))
    assert [a for batch in rows for a in batch.columns["a"]] == list(range(n))
    assert rows.error is not None


def test_a_line_that_a_break_cuts_is_no_row(tmp_path: Path) -> None:
    path = tmp_path / "f.csv.gz"
    texts = noise(40_000)
    packed = gzip.compress("\n".join(["a,b", *(f"{t},{t}" for t in texts)]).encode())
    path.write_bytes(packed[:-500])
    refused: list[str] = []
    rows = UntilCut(open_rows(path, lambda row, why: refused.append(why)))
    found = [pair for batch in rows for pair in zip(*batch.lists().values(), strict=True)]
    assert found == [(t, t) for t in texts[: len(found)]]
    assert 39_000 < len(found) < 40_000
    assert refused == ["is cut off: the file is broken in it"]


def test_the_last_line_of_cut_json_lines_is_refused_and_the_others_stay(
    shop: Path, tmp_path: Path
) -> None:
    said, _ = beholder(
        "import", shop, "--items", written(tmp_path / "f.jsonl", N, cut=True), "--json"
    )
    (done,) = json.loads(said)["files"]
    assert (done["refused"], done["added"]) == (1, len(there(shop)))
    assert N * 0.3 < done["added"] < N * 0.7


def test_behaviour_waits_for_items_that_are_whole(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "items.json").write_text('[{"item_id": "a"}, {"item_id": "b"}')
    (tmp_path / "log.csv").write_text("user,item_id\nu,a\nu,b\nu,c\n")
    words = "--items", tmp_path / "items.json", "--interactions", tmp_path / "log.csv"
    _, error = beholder("import", shop, *words, status=1)
    assert "what came before was read; log.csv was not read" in error
    assert set(there(shop)) == {"a", "b"}
    _, error = beholder("import", shop, *words, "--dry-run", status=1)
    assert "what comes before would be read; log.csv would not be read" in error


def test_cut_behaviour_and_cut_users_are_read_up_to_there(shop: Path, tmp_path: Path) -> None:
    log = [{"user": f"u{i}", "item_id": "a"} for i in range(10)]
    (tmp_path / "log.json").write_text(json.dumps(log)[:-1])
    users = [{"user": f"u{i}", "profiling": "no"} for i in range(5)]
    (tmp_path / "users.json").write_text(json.dumps(users)[:-3])
    words = "--users", tmp_path / "users.json", "--interactions", tmp_path / "log.json"
    said, error = beholder("import", shop, *words, "--json", status=1)
    of_users, of_log = json.loads(said)["files"]
    assert (of_users["changed"], of_log["added"]) == (4, 10)
    assert error.count("what came before was read") == 2


def test_from_a_broken_file_nothing_leaves(shop: Path, tmp_path: Path) -> None:
    beholder("import", shop, "--items", written(tmp_path / "f.json", 20, cut=False))
    text = (tmp_path / "f.json").read_text()
    (tmp_path / "f.json").write_text(text[: text.rindex("{")])
    words = "import", shop, "--items", tmp_path / "f.json", "--full", "--yes"
    look, _ = beholder(*words, "--dry-run", status=1)
    assert "1 item is not in the file, and would stay: the file is broken" in look
    said, error = beholder(*words, status=1)
    assert "1 item is not in the file, and stay: the file is broken" in said
    assert "--yes does not help" in error
    assert len(there(shop)) == 20
