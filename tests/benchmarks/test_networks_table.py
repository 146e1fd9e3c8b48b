"""The benchmark of what PyTorch trains writes the table that stands in the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from benchmarks.networks import ALONE, READERS, table

from beholder.models.registry import MODELS

DOCUMENT = (Path(__file__).parents[2] / "docs/models.md").read_text(encoding="utf-8")


def row(model: str, alone: float, cpu: float, mib: int, ms: float, **more: Any) -> dict[str, Any]:
    setting = {"reader": more.pop("reader")} if "reader" in more else {}
    figures = {"cpu_seconds": cpu, "largest_mib": mib, "answer_ms": ms, "error": 0.0034}
    return {"model": model, "setting": setting, "alone": alone, **figures, **more}


ROWS = [
    row("itemknn", 0.1111, 0.3, 384, 0.061),
    row("bpr", 0.0718, 73.6, 615, 0.2, blend=0.1222, gain=-0.0005, p=0.4),
    row("sequence", 0.0987, 88.2, 761, 0.449, reader="gru"),
    row("ials", 0.0912, 8.2, 385, 0.201),
]


def test_figures_stand_in_the_words_and_the_order_of_the_document() -> None:
    first, second = table(ROWS).split("\n\n")
    lines = first.splitlines()
    assert "\n".join(lines[:2]) == ALONE
    assert ALONE in DOCUMENT
    names = [line.split(" | ")[0] for line in lines[2:]]
    assert names == ["| itemknn", "| ials", "| sequence as a gated unit", "| bpr"]
    for line in lines[2:]:
        assert line in DOCUMENT
    assert second.splitlines()[-1] == "| bpr | .122 | -0.0005 | 0.400 |"
    assert "in the blend" not in table(ROWS[:1])


@pytest.mark.parametrize("trial", MODELS["sequence"].card.trials, ids=lambda one: str(one.reader))
def test_each_setting_that_is_tried_has_its_words(trial: Any) -> None:
    assert f"| sequence {READERS[trial.reader]} | " in DOCUMENT
