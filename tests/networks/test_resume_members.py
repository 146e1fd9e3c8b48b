"""`train --resume`: models that PyTorch trains go on, to the bit, and only where they may."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import beholder
from beholder.behaviour.event import Event
from beholder.errors import UsageError
from beholder.models.contract import CHECKPOINT, FitOptions
from beholder.models.registry import MODELS
from beholder.models.two_towers import TwoTowers, TwoTowersSettings
from beholder.networks.loop import TAKEN
from beholder.progress import Silent
from beholder.store import Store
from beholder.testing.sample_dataset import sample_dataset
from beholder.training.standing import NONE
from beholder.workspace import Workspace
from planted import World, make_world, workspace_of

pytestmark = pytest.mark.torch
BY_TORCH = [name for name, model in MODELS.items() if model.card.needs == "torch"]
NAME = "two-towers"  # which is worth something in this small world
LARGE = "600s"  # so that the clock ends no round


class Pressed(Silent):
    """Somebody presses Ctrl-C after some epochs, as often as it is said; keeps what is noted."""

    def __init__(self, after: int, times: int = 1, *, then: Any = None) -> None:
        self.after, self.times, self.then = after, times, then
        self.said: list[str] = []
        self.open, self.done = "", 0

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self.open, self.done = what, 0

    def advance(self, n: int = 1) -> None:
        self.done += self.open.startswith("learning")
        if 0 < self.done == self.after and self.times:
            self.times -= 1
            if self.then is not None:
                self.then()
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        self.said.append(text)


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(n_items=120, n_users=120)


@pytest.fixture(autouse=True)
def _slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make it hard for the model, else its first epoch is its best one; so its fifth is."""
    slow = TwoTowersSettings(size=8, gaps=0.5, epochs=5)
    monkeypatch.setattr(TwoTowers, "card", TwoTowers.card._replace(trials=(slow,)))


@pytest.fixture
def fresh(world: World, tmp_path: Path) -> Workspace:
    return workspace_of(world, tmp_path / "fresh")


def checkpoints(workspace: Workspace) -> list[Path]:
    return sorted(workspace.networks.rglob("*.safetensors"))


def plan_in(workspace: Workspace) -> str:
    """Return the bundle whose decisions can be followed."""
    return (workspace.root / "current").read_text().strip()


def scorers_of(workspace: Workspace) -> dict[str, bytes]:
    """Return the files of what is served, by name."""
    name = (workspace.root / "current").read_text().strip()
    folder = workspace.bundles / name / "scorers"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize("name", BY_TORCH)
def test_what_was_stopped_after_two_epochs_goes_on_to_the_same_scores(
    name: str, tmp_path: Path
) -> None:
    dataset, model, counted = sample_dataset(), MODELS[name], list[int]()
    whole = model.fit(dataset, model.Settings(), FitOptions(3, counted=counted.append))
    kept = FitOptions(3, checkpoints=tmp_path, counted=counted.append)
    with pytest.raises(KeyboardInterrupt):
        model.fit(dataset, model.Settings(), kept._replace(progress=Pressed(3)))
    pressed = Pressed(0)
    again = model.fit(dataset, model.Settings(), kept._replace(resume=True, progress=pressed))
    (said,) = pressed.said
    assert "goes on after epoch" in said
    assert counted[0] == counted[1]
    people = dataset.log.histories
    np.testing.assert_array_equal(whole.scores(whole.ask(people)), again.scores(again.ask(people)))


def test_other_settings_data_or_rounds_have_a_place_of_their_own(tmp_path: Path) -> None:
    model = MODELS["bpr"]
    kept = FitOptions(3, checkpoints=tmp_path, resume=True)
    for settings in (model.Settings(epochs=1), model.Settings(epochs=1, penalty=0.5)):
        for most in (None, 1):
            model.fit(sample_dataset(), settings, kept._replace(most=most))
    model.fit(sample_dataset(), model.Settings(epochs=1), kept._replace(seed=4))
    assert len(list(tmp_path.glob(f"{CHECKPOINT}*"))) == 5


def test_a_training_that_was_stopped_ends_as_one_that_was_not(
    world: World, fresh: Workspace, tmp_path: Path
) -> None:
    never = workspace_of(world, tmp_path / "never")
    beholder.train(never.root, models=[NAME], budget=LARGE)
    assert checkpoints(never) == [], "they end with the training"
    stopped = beholder.train(fresh.root, models=[NAME], budget=LARGE, progress=Pressed(3))
    assert any("train" in note and "--resume" in note for note in stopped.notes)
    assert checkpoints(fresh)
    mode = stat.S_IMODE(fresh.checkpoints.stat().st_mode)
    assert mode == 0o700, "vectors of people are for nobody else"
    short = scorers_of(fresh)
    pressed = Pressed(0)
    beholder.train(
        fresh.root, models=[NAME], budget=LARGE, resume=True, promote_anyway=True, progress=pressed
    )
    assert any("goes on after epoch" in said for said in pressed.said)
    assert scorers_of(fresh) == scorers_of(never) != short
    assert checkpoints(fresh) == []


def test_a_second_ctrl_c_says_how_to_go_on(fresh: Workspace) -> None:
    pressed = Pressed(3, times=2)
    with pytest.raises(KeyboardInterrupt, match=r"nothing .* is kept.*--resume"):
        beholder.train(fresh.root, models=[NAME], budget=LARGE, progress=pressed)
    assert checkpoints(fresh)


def test_other_data_is_refused_at_once_and_what_stands_there_stays(fresh: Workspace) -> None:
    beholder.train(fresh.root, models=[NAME], budget=LARGE, progress=Pressed(3))
    before = checkpoints(fresh)
    with pytest.raises(UsageError, match="with seed 7, not 8") as seed:
        beholder.train(fresh.root, models=[NAME], seed=8, resume=True)
    assert "without --resume" in (seed.value.remedy or "")
    with pytest.raises(UsageError, match="the models were two-towers, and are bpr, two-towers"):
        beholder.train(fresh.root, models=[NAME, "bpr"], resume=True)
    with pytest.raises(UsageError, match="the plan that is followed changed"):
        beholder.train(fresh.root, models=[NAME], plan=plan_in(fresh), resume=True)
    with Store.open(fresh) as store:
        store.record([Event("item-0001", "like", user="person-0001")])
    with pytest.raises(UsageError, match="items, pictures or events changed"):
        beholder.train(fresh.root, models=[NAME], resume=True)
    assert checkpoints(fresh) == before


def test_one_that_begins_anew_takes_the_old_ones_away(fresh: Workspace) -> None:
    beholder.train(fresh.root, models=[NAME], budget=LARGE, progress=Pressed(3))
    before = checkpoints(fresh)
    beholder.train(fresh.root, models=["vbpr"], budget=LARGE, progress=Pressed(3))
    assert checkpoints(fresh)
    assert not set(checkpoints(fresh)) & set(before)


def test_without_anything_to_go_on_with_it_begins(fresh: Workspace) -> None:
    pressed = Pressed(0)
    beholder.train(fresh.root, models=["itemknn"], budget=LARGE, resume=True, progress=pressed)
    assert NONE in pressed.said


def test_who_is_erased_in_the_midst_of_it_is_in_no_checkpoint_from_then_on(
    fresh: Workspace,
) -> None:
    """The file that knew them goes before the erasure is done, and none is written any more."""

    def erase() -> None:
        assert checkpoints(fresh), "the control: there is one"
        with Store.open(fresh) as store:
            store.erase("person-0003")
        assert list(fresh.networks.iterdir()) == []

    class Erased(Pressed):
        def advance(self, n: int = 1) -> None:
            if self.open.startswith("learning") and self.then is not None:
                then, self.then = self.then, None
                then()

    erased = Erased(0, then=erase)
    beholder.train(fresh.root, models=[NAME], budget=LARGE, progress=erased)
    assert erased.said.count(TAKEN) >= 1
    assert list(fresh.networks.iterdir()) == []
