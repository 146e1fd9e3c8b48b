"""Outcomes are learned from what was in sight of people who allow it, and left out in doubt."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bait_world import DAYS, PLACES, bait_workspace
from beholder.blending.multitask import Told, loss_of, weights_of
from beholder.bundle.parts import recipe
from beholder.bundle.promote import folder_of
from beholder.engine.opening import open_bundle
from beholder.progress import SILENT
from beholder.store import Store, Who
from beholder.training.outcomes import DEEP, learners
from beholder.training.train import Trained, train_workspace
from beholder.workspace import Workspace
from command_line import beholder
from planted import make_world, workspace_of

PEOPLE = 60


def trained(workspace: Workspace, plan: str | None = None, budget: str = "600s") -> Trained:
    return train_workspace(
        workspace, budget=budget, models=["itemknn"], plan=plan, promote_anyway=True
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A shop with bait that is not trained; tests add bundles to it, and nothing else."""
    return bait_workspace(tmp_path_factory.mktemp("bait") / "shop", PEOPLE)[0]


def test_outcomes_that_have_nothing_to_do_with_what_was_seen_are_not_kept(tmp_path: Path) -> None:
    workspace, _ = bait_workspace(tmp_path / "shop", PEOPLE, shuffled=True)
    made = trained(workspace)
    told = recipe(folder_of(workspace, made.bundle)).choice.outcomes
    assert not told.on
    assert told.why in made.notes
    assert [head.on for head in told.heads] == [False] * 4
    for head in told.heads:
        assert "its gain is not certain, " in head.why
        assert head.always - head.loss <= 2 * head.error
    assert open_bundle(workspace, made.bundle)[1].heads is None


def test_a_dry_run_says_what_training_then_learns_and_a_plan_learns_it_again(
    shop: Workspace,
) -> None:
    printed, _ = beholder("train", shop.root, "--dry-run", "--model", "itemknn")
    n = PEOPLE * (DAYS - 1) * PLACES
    assert (
        f"- click, conversion, watch, rating can be learned from {n} places that were in sight"
        in printed
    )
    assert f"- {PEOPLE} answers of the last day, after which more may follow" in printed
    first = trained(shop)
    again = trained(shop, first.bundle)
    parts, others = (open_bundle(shop, name)[1] for name in (first.bundle, again.bundle))
    assert parts.choice.plan["learn what follows"] == 1
    assert parts.heads.tasks == ("click", "conversion", "watch", "rating")
    for one, other in zip(parts.heads.net.arrays, others.heads.net.arrays, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_budget_that_is_too_short_leaves_them_out_and_a_plan_of_it_too(shop: Workspace) -> None:
    made = trained(shop, budget="0.5s")
    assert "no outcomes are foreseen: it did not fit into the budget" in made.notes
    again = trained(shop, made.bundle)
    assert "no outcomes are foreseen: the plan that is followed has none" in again.notes


def test_who_refuses_is_not_learned_from_and_too_little_is_said(shop: Workspace) -> None:
    with Store.open(shop) as store:
        before = len(store.in_sight().times)
        for user in range(PEOPLE - 3):
            store.set_purposes(Who("user", f"u{user}"), {"train": False})
        assert before == PEOPLE * (DAYS - 1)
        assert len(store.in_sight().times) == 3 * (DAYS - 1)
    made = trained(shop)
    assert "no outcomes are foreseen" in made.notes
    (why,) = [note for note in made.notes if note.startswith("conversion: ")]
    assert "100 of both are needed" in why
    assert "watch: the newest are of 3 people, 20 are needed" in made.notes
    lost = (PEOPLE - 3) * DAYS
    assert (
        f"{lost} answers that name nobody, or somebody who does not allow it, are not learned from"
        in made.notes
    )
    with Store.open(shop) as store:
        for user in range(PEOPLE - 3):
            store.set_purposes(Who("user", f"u{user}"), {"train": True})


def test_a_workspace_that_showed_nothing_says_so(trained_without_answers: Trained) -> None:
    told = "no outcomes are foreseen: nothing was in sight that could be learned from"
    assert told in trained_without_answers.notes


@pytest.fixture
def trained_without_answers(tmp_path: Path) -> Trained:
    return trained(workspace_of(make_world(60, 40), tmp_path / "planted"))


@pytest.mark.torch
def test_with_pytorch_a_deeper_network_is_learned_in_the_loop() -> None:
    pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    z = rng.normal(size=(4000, 3)).astype(np.float32)
    outcomes = np.full((4000, 4), np.nan, np.float32)
    outcomes[:, 1] = rng.random(4000) < 1 / (1 + np.exp(2 - 3 * z[:, 0] * z[:, 1]))
    outcomes[::5, 3] = (np.sin(2 * z[::5, 2]) + 1) / 2
    told = Told(z, np.zeros(4000, np.float32), outcomes)
    own, stop = told.take(slice(0, 3000)), told.take(slice(3000, 4000))
    found = learners(SILENT)["PyTorch"](own, stop, 30, 7)
    assert [len(shift) for shift in found.net.shifts] == list(DEEP.hidden)
    assert found.loss < 1.4  # of 2, which always saying the usual loses
    assert found.loss == pytest.approx(loss_of(found.net, stop, weights_of(own.outcomes)), rel=1e-4)
    again = learners(SILENT)["PyTorch"](own, stop, 30, 7)
    np.testing.assert_array_equal(found.net.out, again.net.out)
