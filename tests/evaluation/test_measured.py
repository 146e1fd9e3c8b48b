"""Who refuses to be measured is learned from, and not asked about."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.dataset.dataset import Dataset
from beholder.errors import DataError
from beholder.evaluation.evaluate import evaluate
from beholder.evaluation.protocols import PROTOCOLS, split
from beholder.spaces import Modality
from small_data import random_log

N = 1_200


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    vectors = np.random.default_rng(1).normal(size=(18, 6)).astype(np.float32)
    pictures = {"sample": Modality.of_rows(vectors, np.ones(18, bool))}
    return Dataset(random_log(n_users=N, n=20 * N), pictures, [""] * 18)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nobody_who_refuses_is_among_the_test_people(dataset: Dataset, protocol: str) -> None:
    measured = np.arange(N) % 2 == 0
    every, made = split(dataset, protocol, 0), split(dataset, protocol, 0, measured)
    asked = set(every.cases.users.tolist())
    assert set(made.cases.users.tolist()) == {user for user in asked if user % 2 == 0} != asked
    for part in made.asked:
        assert measured[part.cases.users].all()
        assert len(part.cases.targets)
    assert np.array_equal(made.train.log.items, every.train.log.items), "they are learned from"


def test_an_evaluation_says_how_many_are_not_asked_about(dataset: Dataset) -> None:
    measured = np.arange(N) >= 7
    told = evaluate(
        dataset, "next-basket", seed=0, budget=1, models=["popularity"], measured=measured
    )
    assert "7 people refuse `measure`, and are not asked about" in told.notes


def test_where_too_few_allow_it_nothing_is_said_of_the_others(dataset: Dataset) -> None:
    with pytest.raises(DataError, match="finds 0 users to ask, 50 are needed") as told:
        split(dataset, "next-basket", 0, np.zeros(N, bool))
    assert "no protocol finds so many" in str(told.value.remedy)
