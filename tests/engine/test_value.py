"""What follows is foreseen, and the first hundred are ordered by it: in a shop that sells bait."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest

from bait_world import BRANDS, Bait, N, bait_workspace
from beholder.behaviour.event import Event
from beholder.bundle.choice import Head
from beholder.bundle.promote import promote
from beholder.bundle.write import Origin, write_bundle
from beholder.engine.engine import Engine
from beholder.engine.opening import open_engine
from beholder.errors import SettingsError, UnknownItemError
from beholder.store import ItemRecord
from beholder.training.train import train_workspace
from beholder.workspace import Workspace
from command_line import beholder
from live_server import Server

VALUE = "BEHOLDER_SERVE_VALUE"
BOUGHT = "{conversion = 1}"
ORIGIN = Origin(1, 1, "", 1, 0)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Bait]:
    """A trained shop that no test may change."""
    workspace, made = bait_workspace(tmp_path_factory.mktemp("bait") / "shop", 120)
    train_workspace(workspace, budget="600s", models=["itemknn"])
    return workspace.root, made


@pytest.fixture(scope="module")
def plain(shop: tuple[Path, Bait]) -> Iterator[Engine]:
    with open_engine(shop[0]) as engine:
        yield engine


@pytest.fixture
def worth(shop: tuple[Path, Bait], monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """The same with purchases in its settings."""
    monkeypatch.setenv(VALUE, BOUGHT)
    with open_engine(shop[0]) as engine:
        yield engine


def heads_of(engine: Engine) -> dict[str, Head]:
    outcomes = engine.parts.choice.outcomes
    assert outcomes is not None
    return {head.task: head for head in outcomes.heads}


def bought(engine: Engine, made: Bait) -> np.ndarray:
    """Draw what each person buys of a page that nobody had seen before."""
    rng, found = np.random.default_rng(11), []
    for user in range(len(made.taste)):
        items = np.array([int(item[1:]) for item in engine.recommend(f"u{user}", k=10).ids])
        found.append((rng.random(len(items)) < made.buy(user, items)).sum())
    return np.array(found)


def test_clicks_and_purchases_are_foreseen_better_than_by_their_rates(plain: Engine) -> None:
    heads = heads_of(plain)
    for task, area in (("click", 0.65), ("conversion", 0.75)):
        head = heads[task]
        assert head.on
        assert head.always - head.loss > 2 * head.error > 0
        assert head.auc > area
        assert head.calibration < 0.05
        assert len(head.reliability) == 10
    assert 0.15 < heads["click"].usual < 0.25
    for task in ("watch", "rating"):
        head = heads[task]
        assert head.on
        assert head.always - head.loss > 2 * head.error > 0
        assert head.auc is None
    assert plain.parts.heads.tasks == ("click", "conversion", "watch", "rating")


def test_by_purchases_people_buy_more_of_new_lists_than_by_clicks_or_taste(
    plain: Engine, worth: Engine, shop: tuple[Path, Bait], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, made = shop
    monkeypatch.setenv(VALUE, "{click = 1}")
    with open_engine(root) as engine:
        by_clicks = bought(engine, made)
    by_purchases = bought(worth, made)
    for other in (bought(plain, made), by_clicks):
        more = by_purchases - other
        assert more.mean() > 0.5
        # Paired over people: 1.96 standard errors are p = 0.05.
        assert more.mean() > 1.96 * more.std(ddof=1) / np.sqrt(len(more))


def test_predictions_tell_bait_from_what_is_bought(plain: Engine, shop: tuple[Path, Bait]) -> None:
    made = shop[1]
    items = [f"i{at}" for at in range(N)]
    told = plain.predictions(items, "u0")
    assert told is not None
    found = {task: np.array([told[item][task] for item in items]) for task in told["i0"]}
    assert found["click"][made.bait].min() > found["click"][~made.bait].max()
    own = ~made.bait & (made.brand == made.taste[0])
    assert found["conversion"][made.bait].max() < 0.01
    assert found["conversion"][own].mean() == pytest.approx(0.18, abs=0.08)
    assert found["watch"][made.bait].max() < 0.2
    assert found["watch"][~made.bait].mean() == pytest.approx(0.68, abs=0.1)
    # 4 or 5 of 1 to 5 for one's own brand, 2 or 3 for others.
    assert found["rating"][own].mean() == pytest.approx(0.875, abs=0.1)


@pytest.mark.parametrize("user", ["u0", "u7"])
def test_a_place_keeps_its_score_and_every_share_sums_to_it(
    plain: Engine, worth: Engine, user: str
) -> None:
    moved, before = worth.recommend(user, k=20), plain.recommend(user, k=20)
    assert moved.ids != before.ids
    assert [one.score for one in moved.items] == [one.score for one in before.items]
    told = worth.predictions(moved.ids, user)
    chances = [told[item]["conversion"] for item in moved.ids]
    assert chances == sorted(chances, reverse=True)
    gains = []
    for item in moved.items[:5]:
        why = worth.explain(item.id, user)
        whole = why.base + sum(one.share for one in why.shares) + why.value
        assert (why.score, why.ranker) == (pytest.approx(whole, abs=1e-6), 0)
        assert why.score == pytest.approx(item.score, abs=1e-5)
        gains.append(why.value)
    assert any(gains)
    assert plain.explain(moved.ids[0], user).value == 0


def test_pages_go_on_and_other_outcomes_count_as_well(
    worth: Engine, shop: tuple[Path, Bait], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = worth.recommend("u0", k=5)
    second = worth.recommend("u0", k=5, page=first.next)
    assert [*first.ids, *second.ids] == worth.recommend("u0", k=10).ids
    monkeypatch.setenv(VALUE, "{conversion = 10, click = 0.5}")
    with open_engine(shop[0]) as engine:
        ids = engine.recommend("u0", k=10).ids
        told = engine.predictions(ids, "u0")
        worths = [10 * told[item]["conversion"] + 0.5 * told[item]["click"] for item in ids]
        assert worths == sorted(worths, reverse=True)


def test_strangers_are_answered_as_before(plain: Engine, worth: Engine) -> None:
    assert worth.recommend(k=20).ids == plain.recommend(k=20).ids
    assert worth.predictions(["i0"]) is None
    assert worth.explain("i0").value == 0
    with pytest.raises(UnknownItemError):
        worth.predictions(["nothing"], "u0")


def test_a_wish_that_the_bundle_cannot_fulfil_changes_nothing_and_is_named(
    plain: Engine, shop: tuple[Path, Bait], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = Workspace.open(shutil.copytree(shop[0], tmp_path / "fewer"))
    parts = plain.parts
    fewer = replace(parts.heads, tasks=("click", "conversion"), net=parts.heads.net.only([0, 1]))
    promote(workspace, write_bundle(workspace, replace(parts, heads=fewer), ORIGIN))
    monkeypatch.setenv(VALUE, "{conversion = 1, rating = 1}")
    with open_engine(workspace.root) as engine:
        assert engine.recommend("u0", k=20).ids == plain.recommend("u0", k=20).ids
        assert engine.predictions(["i1"], "u0")["i1"].keys() == {"click", "conversion"}
        (problem,) = engine.rule_problems
    assert problem.startswith("serve.value counts rating, which this bundle does not foresee: ")
    assert plain.rule_problems == ()


def test_a_blend_of_popularity_alone_is_personal_where_heads_put_in_order(
    plain: Engine, worth: Engine
) -> None:
    choice = plain.parts.choice
    weights = msgspec.structs.replace(choice.weights, warm={})
    alone = msgspec.structs.replace(choice, weights=weights)
    parts = replace(plain.parts, choice=alone)
    lists = {}
    for pipeline, level in ((plain.pipeline, "popular"), (worth.pipeline, "personal")):
        engine = Engine(parts, store=plain.store, pipeline=pipeline)
        answers = [engine.recommend(user, k=20) for user in ("u0", "u1")]
        assert [answer.level for answer in answers] == [level] * 2
        assert engine.recommend(k=20).level == "popular"
        lists[level] = [answer.ids for answer in answers]
        fewer = Engine(replace(parts, heads=None), store=plain.store, pipeline=pipeline)
        assert fewer.recommend("u0", k=20).level == "popular"
    assert lists["personal"][0] != lists["popular"][0]


@pytest.mark.parametrize("value", ["{buy = 1}", "{click = -1}", "{click = inf}", "7"])
def test_a_wish_that_means_nothing_is_refused(
    shop: tuple[Path, Bait], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(VALUE, value)
    with pytest.raises(SettingsError, match="value"):
        open_engine(shop[0])


def test_nothing_counts_where_all_is_zero(
    plain: Engine, shop: tuple[Path, Bait], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VALUE, "{click = 0, conversion = 0}")
    with open_engine(shop[0]) as engine:
        assert engine.pipeline.plain
        assert engine.recommend("u0", k=20).ids == plain.recommend("u0", k=20).ids


def test_an_item_that_came_later_is_foreseen_by_what_it_is(
    shop: tuple[Path, Bait], tmp_path: Path
) -> None:
    root, made = shop
    with open_engine(shutil.copytree(root, tmp_path / "later")) as engine:
        engine.store.put_items(
            [ItemRecord(f"late{brand}", "new", {"brand": f"b{brand}"}) for brand in range(BRANDS)]
        )
        names = [f"late{brand}" for brand in range(BRANDS)]
        told = engine.predictions(names, "u0")
        chances = [told[name]["conversion"] for name in names]
        assert np.argmax(chances) == made.taste[0]


def test_it_is_said_over_http_and_on_the_command_line(shop: tuple[Path, Bait]) -> None:
    root = shop[0]
    with Server(root, settings={"serve.value": BOUGHT}) as server:
        asked = {"items": ["i1", "i3"], "user": "u0"}
        found = httpx.post(f"{server.url}/v1/score", json=asked).raise_for_status().json()
        assert found["scores"].keys() == found["predictions"].keys() == {"i1", "i3"}
        assert found["predictions"]["i3"]["click"] > found["predictions"]["i1"]["click"]
        nobody = httpx.post(f"{server.url}/v1/score", json={"items": ["i1"]}).json()
        assert nobody["predictions"] is None
        first = httpx.get(f"{server.url}/v1/recommendations", params={"user": "u0"}).json()
        item = first["items"][0]["id"]
        params = {"user": "u0", "item": item}
        assert httpx.get(f"{server.url}/v1/explain", params=params).json()["value"] != 0
    printed, _ = beholder("score", root, "i1", "i3", "--user", "u0")
    assert printed.splitlines()[0].split() == [
        "item", "score", "click", "conversion", "watch", "rating",
    ]  # fmt: skip
    shown, _ = beholder("bundle", "show", root, "--json")
    assert "click, conversion, watch, rating are foreseen, by " in shown


def test_an_evaluation_says_that_it_does_not_measure_it(
    shop: tuple[Path, Bait], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VALUE, BOUGHT)
    printed, _ = beholder("evaluate", shop[0], "--model", "itemknn", "--budget", "60s")
    assert "auto as served" not in printed
    assert "- serve.value is in no row: what may follow is learned by `beholder train`" in printed


def test_own_events_change_what_is_foreseen(shop: tuple[Path, Bait], plain: Engine) -> None:
    brand = shop[1].brand
    other = (brand[1] + 1) % 3
    history = [
        [Event(f"i{at}", "like") for at in np.flatnonzero(brand == liked)[:6]]
        for liked in (brand[1], other)
    ]
    near, far = (plain.predictions(["i1"], history=told)["i1"]["conversion"] for told in history)
    assert near > 2 * far
