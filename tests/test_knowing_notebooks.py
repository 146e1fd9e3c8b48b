"""The notebooks that measure run as they are, and come to what their worlds were made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from notebook import run_notebook


def test_models_are_compared_and_those_that_see_colours_win_for_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, said = run_notebook("compare-models.ipynb", tmp_path, monkeypatch)
    figures = {name: row.ndcg10 for name, row in names["rows"].items()}
    assert min(figures["auto"], figures["visual-knn"]) > 1.5 * figures["popularity"]
    assert names["corrected"]["popularity"] < 0.05
    ours, theirs = names["auto"].rows[0], names["rows"]["popularity"]
    assert names["p"]["popularity"] == pytest.approx(theirs.p, abs=0.005), "as the table says"
    assert ours.model == "auto"
    assert "visual-knn" in said[-1]


def test_pictures_help_new_items_and_those_of_others_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, said = run_notebook("did-my-pictures-help.ipynb", tmp_path, monkeypatch)
    without = {sentence.split(":")[0]: sentence for sentence in names["new"].without}
    assert "worse for certain" in without["without pictures"]
    assert "worse for certain" in without["with pictures of others"]
    assert "worse" not in without["without words"]
    assert "pictures add" in said[-1]
