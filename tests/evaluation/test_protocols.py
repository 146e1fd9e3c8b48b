"""The questions that can be asked, and what they really ask."""

from __future__ import annotations

import pytest

from beholder.errors import DataError, UsageError
from beholder.evaluation.protocols import PROTOCOLS, basket_share, split
from planted import World, dataset_of, make_world


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_protocol_with_too_few_people_is_refused_with_their_number(protocol: str) -> None:
    with pytest.raises(DataError, match=r"\d+ users to ask, 50 are needed"):
        split(dataset_of(make_world(n_users=30)), protocol, seed=1)


def test_an_unknown_protocol_is_refused_with_the_known_ones(world: World) -> None:
    with pytest.raises(UsageError, match="leave-last-out"):
        split(dataset_of(world), "leave-first-out", seed=1)


def test_the_share_of_targets_bought_together_is_counted(world: World) -> None:
    dataset = dataset_of(world)  # events come in pairs of one moment
    assert basket_share(dataset, split(dataset, "leave-last-out", 1)) > 0.85
    assert basket_share(dataset, split(dataset, "next-basket", 1)) == 0
