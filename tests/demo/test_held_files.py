"""Folders as the owners of public data hand them out: found, mapped and joined without a word."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from beholder.catalogue.run import import_files
from beholder.cli.main import beholder
from beholder.demo.build import held
from beholder.errors import DataError
from beholder.progress import SILENT
from beholder.store import Store, Who
from beholder.workspace import Workspace


def table(path: Path, columns: str, rows: Sequence[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([columns.split(","), *rows])


def shop(folder: Path) -> None:
    """A shop's articles and transactions: ids with leading zeros, pictures in folders of three."""
    table(
        folder / "articles.csv",
        "article_id,product_code,prod_name,product_type_name,colour_group_name,detail_desc",
        [
            ["0108775015", "108775", "Strap top", "Vest top", "Black", "Jersey top."],
            ["0108775044", "108775", "Strap top", "Vest top", "White", "Jersey top."],
        ],
    )
    table(
        folder / "transactions_train.csv",
        "t_dat,customer_id,article_id,price,sales_channel_id",
        [
            ["2018-09-20", "000058a12d5b43e6", "0108775015", "0.0508", "2"],
            ["2018-09-21", "000058a12d5b43e6", "0108775044", "0.0305", "1"],
        ],
    )
    for name in ("0108775015", "0108775044"):
        place = folder / "images" / name[:3] / f"{name}.jpg"
        place.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 60), "red").save(place)


def films(folder: Path) -> None:
    table(
        folder / "movies.csv",
        "movieId,title,genres",
        [[1, "Toy Story (1995)", "Adventure|Animation"], [2, "Jumanji (1995)", "Adventure"]],
    )
    table(
        folder / "ratings.csv",
        "userId,movieId,rating,timestamp",
        [[7, 1, "4.5", "825610451"], [7, 2, "2.0", "825612524"]],
    )
    (folder / "posters").mkdir()
    Image.new("RGB", (40, 60), "blue").save(folder / "posters" / "1.jpg")


def test_a_shop_comes_in_whole(tmp_path: Path) -> None:
    shop(tmp_path / "hm")
    workspace = Workspace.create(tmp_path / "w", "")
    with Store.open(workspace, create=True) as store:
        report, _ = import_files(workspace, store, held("hm", tmp_path / "hm"), SILENT)
        assert report.pictures_found == 2
        item = store.item("0108775015")
        assert item["title"] == "Strap top"
        assert item["attributes"]["description"] == "Jersey top."
        assert item["picture"] is not None
        events = list(store.export(Who("user", "000058a12d5b43e6")))[1:]
    assert [(e["item"], e["kind"]) for e in events] == [
        ("0108775015", "purchase"),
        ("0108775044", "purchase"),
    ]
    assert events[1]["time"] - events[0]["time"] == 86_400_000


def test_films_come_in_with_their_ratings(tmp_path: Path) -> None:
    films(tmp_path / "ml")
    workspace = Workspace.create(tmp_path / "w", "")
    with Store.open(workspace, create=True) as store:
        report, _ = import_files(workspace, store, held("movielens", tmp_path / "ml"), SILENT)
        assert (report.pictures_found, report.items_without_media) == (1, 1)
        assert store.item("1")["attributes"]["genres"] == ["Adventure", "Animation"]
        events = list(store.export(Who("user", "7")))[1:]
    assert [(e["item"], e["kind"], e["value"]) for e in events] == [
        ("1", "rating", 4.5),
        ("2", "rating", 2.0),
    ]
    assert events[0]["time"] == 825_610_451_000


@pytest.mark.parametrize("name", ["hm", "movielens"])
def test_another_folder_is_refused_with_what_was_looked_for(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r"articles\.csv|movies\.csv"):
        held(name, tmp_path)


def test_held_files_do_not_stand_behind_a_gallery_that_was_built_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Workspace.create(tmp_path / "demo-workspace", "Gallery")
    (tmp_path / "demo-workspace" / "current").write_text("a bundle\n")
    (tmp_path / "empty").mkdir()
    done = CliRunner().invoke(beholder, ["demo", "--data", "hm", "empty", "--check"])
    assert "empty has none of articles.csv, items.csv" in str(done.exception or done.output)
    assert (tmp_path / "demo-hm" / "beholder.toml").exists()
