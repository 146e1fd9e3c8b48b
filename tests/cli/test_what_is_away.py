"""What is out of stock is said by a search that it would lead, and codes name their items."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command_line import beholder


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("films")
    rows = "case,Case for C-400,,7\nzh,Zorblax hat,,0\nzc,Zorblax coat,,1\n"
    rows += "".join(f"h{n},Hat {n},,1\n" for n in range(40))
    rows += "".join(f"f{n},Film {n},C-{n}00,{0 if n == 3 else n}\n" for n in range(1, 13))
    (folder / "items.csv").write_text(f"item_id,title,ean,stock\n{rows}")
    (folder / "log.csv").write_text(
        "user,item\n" + "".join(f"u{n % 5},f{n % 12 + 1}\n" for n in range(60))
    )
    shop = folder / "shop"
    beholder("init", shop)
    files = "--items", folder / "items.csv", "--interactions", folder / "log.csv"
    beholder("import", shop, *files)
    beholder("train", shop, "--budget", "5s")
    return shop


def test_a_search_says_that_what_fits_better_is_out_of_stock(films: Path) -> None:
    found = json.loads(beholder("search", films, "Film 3", "--json")[0])
    assert "f3" not in {item["id"] for item in found["items"]}
    assert found["unavailable"] == 1
    told = "1 item that answers better cannot be shown: out of stock, or banned"
    assert told in beholder("search", films, "Film 3")[1]
    assert json.loads(beholder("search", films, "zorblax hat", "--json")[0])["unavailable"] == 1
    for others in ("Film 4", "Film"):  # as good as any other that says film
        assert json.loads(beholder("search", films, others, "--json")[0])["unavailable"] == 0


def test_a_search_that_finds_nothing_says_so_of_what_is_out_of_stock(films: Path) -> None:
    words = "search", films, "C-300"
    assert "1 item that answers cannot be shown" in beholder(*words)[1]
    filtered = json.loads(beholder(*words, "--filter", "stock > 5", "--json")[0])
    assert (filtered["items"], filtered["unavailable"]) == ([], 0)


def test_an_ean_in_the_place_of_an_id_names_the_item(films: Path) -> None:
    told = beholder("similar", films, "C-400", status=1)[1]
    assert "it is a code of the item 'f4': ask for that" in told  # not the case that is for it
    for other in ("C-40", "Film"):
        assert "check its id" in beholder("similar", films, other, status=1)[1]
