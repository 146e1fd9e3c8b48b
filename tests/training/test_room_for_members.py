"""What surely does not fit into the memory that is free is not begun, and is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from beholder.blending.members import Member, members_of
from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.models.itemknn import ItemKNN
from beholder.models.registry import MODELS
from beholder.training.auto import Budget, fit_auto
from beholder.training.hardware import memory
from beholder.training.room import lacking, with_room
from command_line import beholder
from planted import World, dataset_of, workspace_of

free = memory().free
pytestmark = pytest.mark.skipif(free is None, reason="this system does not tell its free memory")


class Huge(ItemKNN):
    """Says that it takes a petabyte."""

    card = ItemKNN.card._replace(name="huge", memory=lambda dataset, settings: 10**15)


@pytest.fixture(autouse=True)
def _huge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "huge", Huge)


@pytest.fixture(scope="module")
def dataset(world: World) -> Dataset:
    return dataset_of(world)


def saying(share: float) -> Member:
    """A member that says that it takes a share of what is free."""
    card = Huge.card._replace(memory=lambda dataset, settings: int(share * (free or 0)))
    return Member("huge", type("Some", (Huge,), {"card": card}), Huge.card.trials)


def test_what_may_fit_is_tried_and_what_surely_does_not_is_not(dataset: Dataset) -> None:
    assert lacking(saying(1.4), dataset) is None, "cards are right within a factor of two"
    assert "it takes about" in str(lacking(saying(4.0), dataset))


def test_unasked_it_is_left_out_by_name_and_asked_for_it_is_an_error(dataset: Dataset) -> None:
    several = members_of(dataset, ["itemknn", "huge"])[0]
    left, why = with_room(several, dataset, asked=False)
    assert [one.name for one in left] == ["itemknn"]
    assert why["huge"].startswith("it takes about 1000000.0 GB of memory, ")
    with pytest.raises(UsageError, match=r"^huge does not fit: it takes .* are free") as error:
        fit_auto(dataset, Budget(60, 1), only=iter(["itemknn", "huge"]))
    assert "name other models" in (error.value.remedy or "")


def test_a_dry_run_says_what_training_says(world: World, tmp_path: Path) -> None:
    root = workspace_of(world, tmp_path / "workspace").root
    words = ("--model", "huge", "--model", "itemknn")
    refused = beholder("train", root, *words, status=UsageError.exit_status)[1]
    told = json.loads(beholder("train", root, "--dry-run", "--json", *words)[0])
    lines = {line["name"]: line for line in told["lines"]}
    for part in ("huge does not fit: ", "it takes about 1000000.0 GB of memory, "):
        assert part in lines["huge"]["left_out"]
        assert part in " ".join(refused.split()), "of what is free they may differ"
    assert lines["huge"]["memory"] == 10**15
    assert lines["itemknn"]["left_out"] is None
