"""Models that PyTorch trains: what is served needs none of it, late items and plans included."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner

pytest.importorskip("torch")

from beholder.cli.main import beholder
from beholder.models.contract import FitOptions
from beholder.models.registry import MODELS
from beholder.models.two_towers import TwoTowers, TwoTowersSettings
from beholder.progress import Silent
from beholder.scorers.item_item import ItemItem
from beholder.testing.sample_dataset import sample_dataset, tastes
from beholder.training.auto import STOPPED, Budget, fit_auto
from beholder.training.refit import Fitted
from beholder.workspace import Workspace
from planted import World, dataset_of, make_world, workspace_of

pytestmark = pytest.mark.torch
BY_TORCH = [name for name, model in MODELS.items() if model.card.needs == "torch"]

# Runs where PyTorch cannot be imported, and says what it found.
ASKED = """
import json, sys
sys.modules["torch"] = None
import beholder
with beholder.open(sys.argv[1]) as engine:
    user = sys.argv[2]
    answer = engine.recommend(user=user, k=12)
    told = engine.explain(answer.ids[0], user=user)
    before = engine.recommend(user=user, k=240)
    whole = told.base + sum(share.share for share in told.shares)
    print(json.dumps({"ids": answer.ids, "whole": whole, "score": told.score,
                      "shares": len([s for s in told.shares if abs(s.share) > 1e-9])}))
assert sys.modules["torch"] is None
"""


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(n_items=120, n_users=120)


@pytest.fixture(scope="module")
def workspace(world: World, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspace_of(world, tmp_path_factory.mktemp("deep") / "workspace")


def run(*words: str) -> str:
    done = CliRunner().invoke(beholder, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def asked(workspace: Workspace, user: str) -> dict[str, object]:
    command = [sys.executable, "-c", ASKED, str(workspace.root), user]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("name", BY_TORCH)
def test_what_one_model_learned_is_served_without_pytorch(
    workspace: Workspace, world: World, name: str
) -> None:
    told = json.loads(
        run("train", str(workspace.root), "--model", name, "--budget", "9s", "--promote", "--json")
    )
    assert {record["model"] for record in told["members"]} <= {name, "placement"}
    found = asked(workspace, world.user_id(3))
    assert found["whole"] == pytest.approx(found["score"], abs=1e-4)
    assert found["shares"]
    # Chance would find a quarter of them among the two tastes of a person.
    positions = [int(one.removeprefix("item-")) for one in found["ids"]]
    assert np.isin(world.taste[positions], world.likes[3]).mean() > 0.5


@pytest.mark.parametrize("name", BY_TORCH)
def test_as_many_epochs_as_were_counted_give_the_same_scores(name: str) -> None:
    dataset, model, counted = sample_dataset(), MODELS[name], list[int]()
    first = model.fit(dataset, model.Settings(), FitOptions(3, counted=counted.append))
    again = model.fit(dataset, model.Settings(), FitOptions(3, most=counted[0]))
    people = dataset.log.histories
    assert counted[0] >= 1
    np.testing.assert_array_equal(first.scores(first.ask(people)), again.scores(again.ask(people)))


def test_ctrl_c_ends_the_trying_of_a_model() -> None:
    class Pressed(Silent):
        def advance(self, n: int = 1) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TwoTowers.fit(sample_dataset(), TwoTowersSettings(), FitOptions(progress=Pressed()))


def test_ctrl_c_keeps_the_best_so_far_where_one_model_is_all_there_is(world: World) -> None:
    class Pressed(Silent):
        """Somebody presses Ctrl-C after the third epoch of the first that is trained."""

        def __init__(self) -> None:
            self.said: list[str] = []
            self.left, self.open = 3, ""

        def advance(self, n: int = 1) -> None:
            if self.open.startswith("learning"):
                self.left -= 1
            if self.left == 0:
                raise KeyboardInterrupt

        def start(self, what: str, total: int | None = None, unit: str = "") -> None:
            self.open = what

        def note(self, text: str) -> None:
            self.said.append(text)

    dataset, pressed = dataset_of(world), Pressed()
    stopped = Budget(600, 1, stoppable=True)
    fitted = fit_auto(dataset, stopped, only=["two-towers"], progress=pressed)
    assert pressed.said == [STOPPED]
    assert fitted.plan["rounds of trial 0 of two-towers"] <= 3
    assert fitted.plan["stopped"] == 1
    again = fit_auto(dataset, Budget(600, 1, fitted.plan), only=["two-towers"])
    people = dataset.log.histories
    ours, theirs = (one.blend.scores(one.blend.ask(people)) for one in (fitted, again))
    np.testing.assert_array_equal(ours, theirs)


def test_a_new_item_is_near_what_it_looks_and_reads_like() -> None:
    scorer = TwoTowers.fit(sample_dataset(), TwoTowersSettings(size=16))
    assert isinstance(scorer, ItemItem)
    space = scorer.entry.spaces["two-towers"]
    dataset = sample_dataset()
    new = np.flatnonzero(dataset.interactions.item_counts == 0)
    placed = space.metric(dataset.content.spaces, new)
    near = placed @ space.vectors.T
    mine = tastes()[new][:, None] == tastes()
    assert near[mine].mean() > 0.5 > near[~mine].mean()


def test_auto_tries_one_after_the_first_bundle_and_says_what_it_adds(world: World) -> None:
    plan = dict.fromkeys(("begin itemknn", "begin words", "trial 0 of two-towers"), 1)
    plan |= {"weigh all": 1, "fit again": 1}
    firsts: list[Fitted] = []
    fitted = fit_auto(
        dataset_of(world),
        Budget(600, 1, plan),
        only=["itemknn", "words", "two-towers"],
        first=firsts.append,
    )
    assert {record.model for record in firsts[0].members} == {"itemknn", "words", "placement"}
    assert "two-towers" in {record.model for record in fitted.members}
    (told,) = (note for note in fitted.notes if note.startswith("two-towers"))
    assert ("is left out" in told) == (not fitted.weights.warm.get("two-towers"))
