"""The notebook that trains from pixels runs as it is, from nothing, and its answer is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from notebook import run_notebook

pytest.importorskip("torch")

pytestmark = pytest.mark.torch


def test_every_cell_runs_and_the_network_knows_a_red_bowl(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names, said = run_notebook("train-from-pixels.ipynb", tmp_path, monkeypatch)
    assert "networks: the " in said[3]
    assert "nothing was trained or written" in said[3]
    assert "Epoch [1], Loss: " in said[4]
    losses = names["losses"]
    assert losses[-1] < losses[0]
    assert len(said[5].splitlines()) == len(losses)
    told = {colour: answer["prediction"] for colour, answer in names["answers"].items()}
    assert all(answer["by"] == "small-cnn" for answer in names["answers"].values())
    assert told["red"] > 0.5 > max(told["green"], told["blue"])
