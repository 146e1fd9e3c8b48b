"""What the command line says to whoever is on the wrong way, or wonders what comes next."""

from __future__ import annotations

from pathlib import Path

import pytest

from beholder.cli.main import run


def told(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        run(list(words))
    said = capsys.readouterr()
    return int(str(ended.value.code)), said.out + said.err


def test_no_workspace_is_made_over_files_of_ones_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "cat.jpg").write_bytes(b"x")
    for words in (("init", str(photos)), ("demo", str(photos))):
        code, said = told(capsys, *words)
        assert code != 0
        assert "has files of its own, such as cat.jpg" in said
        assert f"name a new folder, such as {photos / 'workspace'}" in said
    for place in (photos / "cat.jpg", photos / "cat.jpg" / "x", Path("/proc/x")):
        code, said = told(capsys, "init", str(place))
        assert code != 0
        assert said.count("\n") == 1
        assert "name " in said
    assert [each.name for each in photos.iterdir()] == ["cat.jpg"]


def test_each_step_says_the_next_one_and_names_mean_what_they_do_in_files(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = str(tmp_path / "shop")
    assert told(capsys, "init", shop)[0] == 0
    assert f"first: beholder import {shop}" in told(capsys, "encode", shop)[1]
    _, said = told(capsys, "recommend", str(tmp_path))
    assert f"(name {shop})" in said
    items = tmp_path / "items.csv"
    items.write_text("item_id,title,price\na,Cup,5\nb,Jug,6\n")
    assert told(capsys, "import", shop, "--items", str(items))[0] == 0
    assert f"next: beholder train {shop}" in told(capsys, "encode", shop)[1]
    code, said = told(capsys, "item", "set", shop, "a", "Preis=7,50")
    assert (code, "7.5" in said, said.count("reis")) == (0, True, 1)
    assert "Preis is read as price" in said
    code, said = told(capsys, "user", "export", shop, "nobody")
    assert (code, "nothing is held of this id" in said) == (0, True)
    code, said = told(capsys, "train", shop, "--budget", "20s")
    assert f"next: beholder serve {shop}\n" in said
    code, said = told(capsys, "recommend", shop, "--user", "x", "--history", "a")
    assert (code, "--history stands alone" in said) == (2, True)
