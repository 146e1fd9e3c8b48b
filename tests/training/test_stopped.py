"""Ctrl-C in a training: what there is by then is made of, and what is said is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from files import files_of

from beholder.bundle.parts import recipe
from beholder.bundle.promote import current, folder_of, names
from beholder.cli.main import run
from beholder.models.contract import ONCE, FitOptions
from beholder.models.itemknn import ItemKNN, ItemKNNSettings
from beholder.models.registry import MODELS
from beholder.progress import Silent
from beholder.training.auto import ENOUGH, STOPPED, Budget, fit_auto
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from planted import World, dataset_of, workspace_of


class Pressed:
    """Somebody presses Ctrl-C in the midst of fitting this, in its second round."""

    Settings = ItemKNNSettings
    card = ItemKNN.card._replace(name="pressed", cost="solve", baseline=())

    @classmethod
    def fit(cls, dataset: Any, settings: Any, options: FitOptions = ONCE) -> Any:
        for number in options.rounds("epochs", 3):
            if number == 1:
                raise KeyboardInterrupt
        return ItemKNN.fit(dataset, settings, options)


class AtOnce(Pressed):
    """The same in a member that the first bundle is made of."""

    card = Pressed.card._replace(name="at-once", cost="light")


class Late(Pressed):
    """The same where all is tuned: in fitting on all data what was fitted for trials before."""

    card = Pressed.card._replace(name="late")

    @classmethod
    def fit(cls, dataset: Any, settings: Any, options: FitOptions = ONCE) -> Any:
        if dataset.interactions is not cls.tried.setdefault("on", dataset.interactions):
            raise KeyboardInterrupt
        return ItemKNN.fit(dataset, settings, options)

    tried: ClassVar[dict[str, Any]] = {}


class Shown(Silent):
    """Keeps what it was told, and which steps are under way."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.open: list[str] = []

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        self.open.append(what)

    def finish(self) -> None:
        self.open.pop()

    def note(self, text: str) -> None:
        self.notes.append(text)


@pytest.fixture(autouse=True)
def _own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MODELS, "pressed", Pressed)
    monkeypatch.setitem(MODELS, "at-once", AtOnce)
    monkeypatch.setitem(MODELS, "late", Late)
    monkeypatch.setattr(Late, "tried", {})


@pytest.fixture
def fresh(world: World, tmp_path: Path) -> Workspace:
    """A workspace in which nothing was trained."""
    return workspace_of(world, tmp_path / "fresh")


BOTH = ["itemknn", "pressed"]


def test_what_was_tuned_by_then_is_written_and_served(fresh: Workspace) -> None:
    shown = Shown()
    done = train_workspace(fresh, budget="600s", models=BOTH, progress=shown)
    assert current(fresh) == done.bundle
    assert {one.member for one in done.members} == {"itemknn", "placement"}
    assert "pressed was not tried" in done.notes
    assert not any("did not fit into the budget" in note for note in done.notes)
    assert "the first blend is the last one: training was stopped" in done.notes
    assert STOPPED in shown.notes
    assert shown.open == []  # every step that began has ended, the rounds too


def test_over_a_live_bundle_it_is_compared_and_takes_its_place(fresh: Workspace) -> None:
    live = train_workspace(fresh, budget="600s", models=["session"]).bundle
    done = train_workspace(fresh, budget="600s", models=BOTH)
    assert done.bundle != live
    assert done.refused is None
    assert current(fresh) == done.bundle


def test_the_plan_of_a_stopped_training_leads_to_the_same_bundle(fresh: Workspace) -> None:
    done = train_workspace(fresh, budget="600s", models=BOTH)
    again = train_workspace(fresh, budget="600s", models=BOTH, plan=done.bundle)
    assert again.bundle != done.bundle
    one, other = (files_of(folder_of(fresh, name)) for name in (done.bundle, again.bundle))
    assert [name for name in one if one[name] != other[name]] == ["manifest.json"]
    plan = recipe(folder_of(fresh, done.bundle)).choice.plan
    assert plan["stopped"] == 1
    assert plan["trial 0 of pressed"] == 0


def test_over_a_live_bundle_the_end_may_be_stopped_too(fresh: Workspace) -> None:
    live = train_workspace(fresh, budget="600s", models=["session"]).bundle
    shown = Shown()
    late = ["session", "late"]
    done = train_workspace(fresh, budget="600s", models=late, progress=shown)
    assert shown.notes.index(ENOUGH) < shown.notes.index(STOPPED)
    assert "the first blend is the last one: training was stopped" in done.notes
    assert {one.member for one in done.members} == {"session", "placement"}
    assert done.refused is None
    assert current(fresh) == done.bundle != live
    Late.tried.clear()
    again = train_workspace(fresh, budget="600s", models=late, plan=done.bundle)
    one, other = (recipe(folder_of(fresh, each.bundle)).choice for each in (done, again))
    assert one == other


class Again(Silent):
    """Ctrl-C again as soon as it is said that the first one was heard."""

    def note(self, text: str) -> None:
        if text == STOPPED:
            raise KeyboardInterrupt


def test_a_second_time_ends_at_once_and_the_first_bundle_is_kept(fresh: Workspace) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"^bundle \S+ is kept and served$") as stopped:
        train_workspace(fresh, budget="600s", models=BOTH, progress=Again())
    assert current(fresh) in str(stopped.value)
    assert names(fresh) == [current(fresh)]


def test_with_a_live_bundle_nothing_is_kept_of_what_ended_at_once(fresh: Workspace) -> None:
    live = train_workspace(fresh, budget="600s", models=["session"]).bundle
    before = names(fresh)
    words = f"^nothing of this training is kept, {live} is served as before$"
    with pytest.raises(KeyboardInterrupt, match=words):
        train_workspace(fresh, budget="600s", models=BOTH, progress=Again())
    assert (current(fresh), names(fresh)) == (live, before)


def test_before_anything_is_tuned_nothing_is_kept_and_the_next_training_may_begin(
    fresh: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["train", str(fresh.root), "--model", "at-once", "--budget", "600s"])
    assert ended.value.code == 130
    said = "beholder: stopped; nothing of this training is kept, no bundle is served yet\n"
    assert capsys.readouterr().err.endswith(said)
    assert train_workspace(fresh, budget="600s", models=["itemknn"]).refused is None


def test_an_evaluation_is_not_made_of_half_a_training(world: World) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit_auto(dataset_of(world), Budget(600, 1), only=BOTH)
