"""The gate: no worse than popularity, and no worse than what is served."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner

from beholder.blending.gate import (
    Evidence,
    Live,
    ask_popularity,
    ask_recipe,
    better,
    live_of,
    refusal,
)
from beholder.blending.measure import alone, ndcg
from beholder.blending.validation import Validation, validation
from beholder.bundle.choice import Choice, MemberRecord
from beholder.bundle.parts import recipe
from beholder.bundle.promote import current, folder_of, names
from beholder.cli.main import beholder
from beholder.dataset.splits import leave_last_out
from beholder.models.popularity import counts_of
from beholder.models.registry import MODELS
from beholder.scorers.fold import Weights
from beholder.scorers.recency import Recency
from beholder.training.auto import Budget, fit_auto
from beholder.training.train import train_workspace
from beholder.training.tune import tune_popularity
from planted import World, dataset_of, make_world, workspace_of

LIGHT = ("itemknn", "session", "words", "visual-knn")


# -- popularity -----------------------------------------------------------------------------


@pytest.mark.parametrize("seeds", [4, pytest.param(12, marks=pytest.mark.long)])
def test_without_taste_popularity_is_kept_and_nobody_is_served_worse(seeds: int) -> None:
    """Behaviour drawn from popularity alone, on users held out of training."""
    kept, differences = 0, []
    for seed in range(seeds):
        split = leave_last_out(dataset_of(make_world(fit=0.0, seed=seed)))
        fitted = fit_auto(split.train, Budget(600, seed=1), only=LIGHT)
        ours = ndcg(alone(fitted.blend), split.cases, split.pool)
        counts = fitted.popularity
        theirs = ask_popularity(replace(validation_of(split), cold=~split.pool), counts)
        differences.append(ours - theirs)
        kept += any("popularity alone is kept" in note for note in fitted.notes)
    pooled = np.concatenate(differences)
    assert pooled.mean() > -1.645 * pooled.std() / np.sqrt(len(pooled))
    assert kept >= seeds // 4


def validation_of(split) -> Validation:
    """The test cases of a split, in the place of the tuning half."""
    return Validation(
        split.train, split.cases, split.cases, split.cases, split.cases, ~split.pool, split.cases
    )


def test_with_taste_popularity_is_not_kept(world: World) -> None:
    fitted = fit_auto(dataset_of(world), Budget(600, seed=1), only=LIGHT)
    assert not any("popularity alone is kept" in note for note in fitted.notes)
    assert any("popularity alone reaches" in note for note in fitted.notes)
    assert fitted.blend.item_item.rows.nnz > 0


def test_popularity_is_asked_without_any_member(world: World) -> None:
    held = validation(dataset_of(world), seed=1)
    counts = counts_of(held.train, tune_popularity(held))
    nothing = Weights({}, {}, {}, popularity=1.0)
    np.testing.assert_array_equal(
        ask_popularity(held, counts), ask_recipe(held, {}, counts, nothing)
    )
    assert ask_popularity(held, counts).mean() > 0


def test_better_is_by_standard_errors_of_the_paired_difference() -> None:
    rng = np.random.default_rng(2)
    other = rng.random(400)
    noise = rng.normal(0, 0.1, 400)
    noise -= noise.mean()
    error = noise.std() / 20
    assert better(other + noise + 1.1 * error, other, 1.0)
    assert not better(other + noise + 0.9 * error, other, 1.0)
    assert not better(other, other, 1.0)
    assert not better(np.empty(0), np.empty(0), 1.0)


# -- the live bundle ------------------------------------------------------------------------


def first_of(name: str) -> msgspec.Struct:
    return MODELS[name].card.trials[0]


def live_with(held: Validation, names: tuple[str, ...], evidence: Evidence | None = None) -> Live:
    weights = Weights(dict.fromkeys(names, 1.0), dict.fromkeys(names, 1.0), {}, 1e-6, 0.9)
    live = Live("live", weights, {name: first_of(name) for name in names}, evidence)
    for name in names:
        live.offer(name, live.settings[name], MODELS[name].fit(held.train, live.settings[name]))
    return live


@pytest.fixture(scope="module")
def held() -> Validation:
    return validation(dataset_of(make_world()), seed=1)


def test_a_recipe_is_compared_on_the_same_users(held: Validation) -> None:
    live = live_with(held, ("itemknn",))
    theirs = ndcg(alone(live.scorers["itemknn"], Recency(0.9)), held.tune, ~held.cold)
    found = Evidence(0.0, 0.0, len(held.tune))
    assert refusal(live, found, theirs, held) is None
    said = refusal(live, found, np.zeros(len(held.tune)), held)
    assert said is not None
    assert "live" in said
    assert f"{theirs.mean():.4f}" in said


def test_without_its_members_the_figures_of_the_live_bundle_are_compared(held: Validation) -> None:
    live = Live("live", Weights({}, {}, {}), {"itemknn": first_of("itemknn")})
    asked = np.full(len(held.tune), 0.1)
    assert refusal(live, Evidence(0.1, 0.01, 80), asked, held) is None  # nothing is known of it
    live.evidence = Evidence(0.5, 0.01, 80)
    said = refusal(live, Evidence(0.1, 0.01, 80), asked, held)
    assert said is not None
    assert "when that was trained" in said
    live.evidence = Evidence(0.5, 0.5, 80)  # better, but by chance
    assert refusal(live, Evidence(0.1, 0.01, 80), asked, held) is None


def test_models_of_the_live_recipe_are_kept_while_tuning(held: Validation) -> None:
    first, second = MODELS["session"].card.trials[:2]
    live = Live("live", Weights({}, {}, {}), {"session": second})
    model = MODELS["session"].fit(held.train, first)
    live.offer("session", first, model)
    live.offer("itemknn", first_of("itemknn"), model)
    assert live.missing == ["session"]
    live.offer("session", second, model)
    assert not live.missing


def test_a_recipe_is_read_back_from_its_bundle(world: World, tmp_path: Path) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    trained = train_workspace(workspace, budget="600s", models=("session", "words"))
    read = recipe(folder_of(workspace, trained.bundle))
    live = live_of(trained.bundle, read.choice, read.evaluation, ("session", "words"))
    assert live is not None
    assert live.settings.keys() == {n for n, w in read.choice.weights.warm.items() if w > 0}
    for name, settings in live.settings.items():
        assert settings in MODELS[name].card.trials
    assert live.evidence is not None
    assert 0 < live.evidence.ndcg10 < 1
    assert live.evidence.cases > 20


def a_choice(member: str, model: str, settings: dict[str, object], warm: float = 1.0) -> Choice:
    record = MemberRecord(member, model, settings, 1, 0.1, warm, 0.0)
    return Choice(Weights({member: 1.0}, {member: warm}, {}), 0, (record,))


def test_a_recipe_that_cannot_be_fitted_here_and_now_is_not_compared() -> None:
    known = ("session", "visual-knn:colour")
    choice = a_choice("session", "session", {"window": 40})
    found = live_of("b", choice, {}, known)
    assert found.settings == {"session": MODELS["session"].Settings(window=40)}
    assert live_of("b", a_choice("session", "session", {"window": "wide"}), {}, known) is None
    assert live_of("b", a_choice("another", "of another version", {}), {}, known) is None
    # The encoder that it was made with is not among those of the data any more.
    gone = a_choice("visual-knn:other", "visual-knn", {"modality": "other"})
    assert live_of("b", gone, {}, known) is None
    # What counts for nothing need not be fitted.
    weightless = a_choice("visual-knn:other", "visual-knn", {"modality": "other"}, warm=0.0)
    assert live_of("b", weightless, {}, known).settings == {}


def test_the_recipe_of_one_encoder_is_that_of_its_own_vectors() -> None:
    choice = a_choice("visual-knn:colour", "visual-knn", {"modality": "colour", "power": 2.0})
    found = live_of("b", choice, {}, ["visual-knn:colour"])
    assert found.settings["visual-knn:colour"].modality == "colour"
    assert found.settings["visual-knn:colour"].power == 2.0


def test_a_damaged_training_leaves_the_live_bundle_where_it_is(tmp_path: Path) -> None:
    """Pictures that say nothing: a training by them alone runs through, and is useless."""
    world = make_world(n_users=480)
    noise = np.random.default_rng(1).normal(size=world.looks.shape).astype(np.float32)
    workspace = workspace_of(replace(world, looks=noise), tmp_path / "one")
    served = train_workspace(workspace, budget="600s", models=("itemknn", "words")).bundle
    assert current(workspace) == served
    command = ["train", str(workspace.root), "--model", "visual-knn", "--budget", "600s"]
    done = CliRunner().invoke(beholder, command)
    assert done.exit_code == 0
    assert current(workspace) == served
    assert len(names(workspace)) > 1
    newest = names(workspace)[-1]
    assert f"not served: certainly worse than {served}" in done.output
    assert f"`beholder bundle promote {workspace.root} {newest}`" in done.output
    done = CliRunner().invoke(beholder, [*command, "--promote"])
    assert done.exit_code == 0
    assert "not served" not in done.output
    assert current(workspace) not in (served, newest)


def test_a_training_as_good_as_the_live_one_is_promoted(world: World, tmp_path: Path) -> None:
    workspace = workspace_of(world, tmp_path / "one")
    for seed in (1, 2):
        trained = train_workspace(workspace, budget="600s", models=("itemknn", "words"), seed=seed)
        assert trained.refused is None
        assert current(workspace) == trained.bundle
