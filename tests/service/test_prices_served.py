"""Prices of one catalogue stand in one form on all pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command_line import beholder
from live_server import Server

SHOP = 'title = "Prices"\n\n[pages]\ncard_attributes = ["price", "brand"]\n'


@pytest.mark.parametrize(
    ("prices", "shown"),
    [
        (["9.90 €", "49 €", '"1,299 €"'], ["9.90 €", "49.00 €", "1299.00 €"]),
        (["9 €", "49 €", ""], ["9 €", "49 €"]),
    ],
)
def test_all_have_decimals_as_soon_as_one_has(
    tmp_path: Path, prices: list[str], shown: list[str]
) -> None:
    root, file = tmp_path / "shop", tmp_path / "items.csv"
    rows = [f"{name},Cup {name},{price},Nord" for name, price in zip("abc", prices, strict=True)]
    file.write_text("\n".join(["item_id,title,price,brand", *rows]), encoding="utf-8")
    beholder("init", root)
    (root / "beholder.toml").write_text(SHOP)
    beholder("import", root, "--items", file)
    beholder("train", root, "--budget", "1s")
    with Server(root) as server, server.client() as client:
        html = client.get("/").text
        assert sorted(re.findall(r'<span class="price">([^<]+)<', html)) == sorted(shown)
        assert ("data-cents" in html) is (shown[1] == "49.00 €")  # so scripts write them, too
        assert '<span class="told">Nord</span>' in html
        assert f'<p class="price">{shown[1]}</p>' in client.get("/item/b").text
