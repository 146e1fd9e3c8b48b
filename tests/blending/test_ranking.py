"""A ranker is learned where it helps, measured on others, and left out in doubt."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest

from beholder.blending.ranking import FEWEST
from beholder.blending.validation import validation
from beholder.dataset.dataset import Dataset
from beholder.dataset.splits import leave_last_out
from beholder.engine.pipeline import Pipeline
from beholder.engine.stages import UNRANKED
from beholder.evaluation.ask import lists, per_case, plain_items
from beholder.testing.sample_log import log_of_arrays
from beholder.training.assemble import parts_of
from beholder.training.auto import Budget, fit_auto
from beholder.training.refit import Fitted
from small_data import random_dataset

N, SHADES = 200, 20  # items, and those of one colour


POPULAR = np.arange(1, SHADES + 1) / np.arange(1, SHADES + 1).sum()


def moving_on(n_users: int, n_items: int = N, seed: int = 3) -> Dataset:
    """People who liked some items of one colour, and go on with some of another one."""
    rng = np.random.default_rng(seed)
    colours = np.arange(n_items) // SHADES
    liked, lengths = [], []
    for _ in range(n_users):
        some = rng.integers(1, 7, 2)
        for colour, n in zip(rng.choice(n_items // SHADES, 2, replace=False), some, strict=True):
            own = np.flatnonzero(colours == colour)
            liked.append(rng.choice(own, n, replace=False, p=POPULAR))
        lengths.append(some.sum())
    users = np.repeat(np.arange(n_users), lengths).astype(np.int32)
    times = np.concatenate([np.arange(n) * 1000 for n in lengths])
    weights = np.ones(len(users), np.float32)
    items = np.concatenate(liked).astype(np.int32)
    log = log_of_arrays(users, items, times, weights, n_users, n_items, seed)
    codes = {"colour": colours.astype(np.int32), "name": np.arange(n_items, dtype=np.int32)}
    return Dataset(log, {}, [""] * n_items, codes=codes)


def taste_of_three(n_users: int) -> Dataset:
    """People who liked two of three items."""
    users = np.repeat(np.arange(n_users), 2).astype(np.int32)
    items = (np.arange(2 * n_users) % 3).astype(np.int32)
    times = np.arange(2 * n_users).astype(np.int64)
    log = log_of_arrays(users, items, times, np.ones(len(users), np.float32), n_users, 3, 1)
    return Dataset(log, {}, [""] * 3)


@pytest.fixture(scope="module")
def world() -> tuple[Dataset, Fitted]:
    """What is learned from, with the last like of everybody held out, and what came of it."""
    dataset = leave_last_out(moving_on(800)).train
    return dataset, fit_auto(dataset, Budget(600, 1), only=["itemknn"])


def test_it_answers_better_than_the_blend_alone(world: tuple[Dataset, Fitted]) -> None:
    _, fitted = world
    made = leave_last_out(moving_on(800))
    assert fitted.ranking is not None
    assert fitted.ranking.on
    assert fitted.ranking.gain > 2 * fitted.ranking.error > 0
    assert fitted.ranking.why in fitted.notes
    assert fitted.ranker.reads.codes == ("colour",)  # a name of each item says nothing
    attributes = [{"colour": f"c{i // SHADES}"} for i in range(N)]
    parts = parts_of(fitted, made.train, plain_items(N, attributes=attributes), 0)
    own = per_case(lists(parts, made), made)["ndcg@10"]
    plain = per_case(lists(parts, made, pipeline=Pipeline(UNRANKED)), made)["ndcg@10"]
    assert (own - plain).mean() > 3 * (own - plain).std() / np.sqrt(len(own))


def test_it_is_the_last_decision_and_can_be_followed(world: tuple[Dataset, Fitted]) -> None:
    dataset, fitted = world
    assert list(fitted.plan)[-1] == "learn an order"
    script = {**fitted.plan, "learn an order": 0}
    without = fit_auto(dataset, Budget(600, 1, script), only=["itemknn"])
    assert without.ranker is None
    assert without.ranking.why == "there is no ranker: it did not fit into the budget"
    assert msgspec.structs.asdict(without.weights) == msgspec.structs.asdict(fitted.weights)


FEW = f"people could be asked, {FEWEST} are needed"


@pytest.mark.parametrize(
    ("n_items", "n_users", "why"),
    [
        (3, 30, rf"0 {FEW}"),
        (40, 700, "there are 40 items, more than 100 are needed"),
        (300, 300, rf"2\d\d {FEW}"),
        (
            300,
            640,
            r"of 4\d\d people the first 100 hold what was liked next, 500 are needed",
        ),
    ],
)
def test_where_there_is_little_it_is_off_and_says_so(n_items: int, n_users: int, why: str) -> None:
    dataset = moving_on(n_users, n_items) if n_items > 3 else taste_of_three(n_users)
    fitted = fit_auto(dataset, Budget(600, 1), only=["itemknn"])
    assert fitted.ranker is None
    assert not fitted.ranking.on
    assert re.fullmatch(f"there is no ranker: {why}", fitted.ranking.why)
    assert fitted.ranking.why in fitted.notes


@pytest.mark.parametrize("protocol", ["leave-last-out", "next-basket"])
def test_lists_ask_for_the_last_like_and_training_does_not_know_it(protocol: str) -> None:
    dataset = random_dataset()
    held = validation(dataset, 1, protocol)
    firsts = dataset.log.firsts
    known = set(zip(held.train.interactions.users, held.train.interactions.items, strict=True))
    assert len(held.lists) > 5
    for case, user in enumerate(held.lists.users):
        (target,) = held.lists.target(case)
        own = dataset.log.items[firsts[dataset.log.users[firsts] == user]]
        assert target == own[-1]
        assert (user, target) not in known
        assert target not in held.lists.history(case).seen
