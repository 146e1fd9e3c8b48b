"""What is learned from pairs, graphs and histories, on a few numbers written out by hand."""

from __future__ import annotations

from math import log, sqrt

import numpy as np
import pytest
import scipy.sparse as sp

torch = pytest.importorskip("torch")

from beholder.networks.factors import Factors  # noqa: E402
from beholder.networks.graph import Graph  # noqa: E402
from beholder.networks.pairs import Divided, Pairs, PairTask, divided, last_ones  # noqa: E402
from beholder.networks.towers import LONGEST, Told, Towers, TowerTask, before  # noqa: E402

pytestmark = pytest.mark.torch


def pairs_of(users: list[int], items: list[int], n_items: int = 4) -> Pairs:
    drawn = np.unique(items)
    return Pairs(np.array(users), np.array(items), max(users) + 1, n_items, drawn)


def put(parameter: object, values: object) -> None:
    with torch.no_grad():
        parameter.copy_(torch.tensor(values))


SMALL = pairs_of([0, 0, 1], [0, 1, 1], 3)


def test_the_loss_is_how_far_strangers_are_above_and_what_vectors_weigh() -> None:
    module = Factors(SMALL, 2, seed=1)
    put(module.users.weight, [[1.0, 0.0], [0.0, 2.0]])
    put(module.items.weight, [[1.0, 0.0], [0.0, 0.0], [3.0, 0.0]])
    task = PairTask("test", module, Divided(SMALL, SMALL), 0.1, seed=1)
    # Person 0 likes item 0 (score 1) and not item 2 (score 3).
    batch = torch.tensor([0]), torch.tensor([[0, 2]])
    weight = 1 + (1 + 9) / 2
    expected = log(1 + np.exp(3 - 1)) + 0.1 * weight
    assert task.loss(batch).item() == pytest.approx(expected, rel=1e-5)


def test_contents_stand_beside_an_items_own_vector() -> None:
    x = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], np.float32)
    module = Factors(SMALL, 1, 1, (x, 2))
    put(module.items.weight, [[5.0], [6.0], [7.0]])
    put(module.map, [[1.0, 2.0], [3.0, 4.0]])
    found = module(torch.tensor([0, 1]), torch.tensor([[2, 0], [1, 1]]))
    expected = [[[7, 4, 6], [5, 1, 2]], [[6, 3, 4], [6, 3, 4]]]
    np.testing.assert_allclose(found.items.detach().numpy(), expected)
    assert found.users.shape == (2, 3)


def test_strangers_are_items_that_somebody_liked_and_the_person_did_not() -> None:
    rng = np.random.default_rng(3)
    users, items = (
        np.repeat(np.arange(40), 5),
        np.concatenate([rng.permutation(50)[:5] for _ in range(40)]),
    )
    pairs = Pairs(users, items, 40, 60, np.unique(items))
    task = PairTask("test", Factors(pairs, 2, 1), divided(pairs, 1), 0.0, seed=1)
    liked = set(zip(users.tolist(), items.tolist(), strict=True))
    batches = list(task.batches(1, 1))
    drawn = [
        (u, j)
        for some, both in batches
        for u, j in zip(some.tolist(), both[:, 1].tolist(), strict=True)
    ]
    assert {j for _, j in drawn} <= set(items.tolist())
    assert sum(pair in liked for pair in drawn) <= 0.05 * len(drawn)  # drawn twice, at most
    again = list(task.batches(1, 1))
    assert all(
        torch.equal(a, b)
        for one, two in zip(batches, again, strict=True)
        for a, b in zip(one, two, strict=True)
    )
    assert not torch.equal(batches[0][1], next(iter(task.batches(1, 2)))[1])


def test_last_pairs_of_some_people_are_held_back() -> None:
    users, items = np.repeat(np.arange(100), 3), np.tile([0, 1, 2], 100)
    items[3 * 7 + 2] = 3  # nobody else likes that: nothing would be known of it
    pairs = Pairs(users, items, 100, 4, np.arange(4))
    held = last_ones(pairs, seed=1)
    assert len(held) == 15  # a twentieth
    assert (held % 3 == 2).all()
    assert 3 not in items[held]
    learned, other = divided(pairs, 1)
    assert len(learned.users) + len(other.users) == 300
    assert not len(last_ones(pairs_of([0, 0, 1], [0, 1, 1]), 1))


# -- graphs -----------------------------------------------------------------------------------


def test_vectors_are_means_over_layers_of_their_neighbours() -> None:
    module = Graph(SMALL, 1, layers=2, seed=1)
    put(module.users.weight, [[1.0], [2.0]])
    put(module.items.weight, [[3.0], [4.0], [5.0]])
    # Person 0 likes items 0 and 1, person 1 item 1.
    a, b, c = 1 / sqrt(2 * 1), 1 / sqrt(2 * 2), 1 / sqrt(1 * 2)
    people = [[1, 2], [a * 3 + b * 4, c * 4]]
    things = [[3, 4, 5], [a * 1, b * 1 + c * 2, 0]]
    people.append([a * things[1][0] + b * things[1][1], c * things[1][1]])
    things.append([a * people[1][0], b * people[1][0] + c * people[1][1], 0])
    found = module(torch.tensor([0, 1]), torch.tensor([[0, 1], [1, 2]]))
    u, v = (np.mean(side, axis=0) for side in (people, things))
    np.testing.assert_allclose(found.users.detach().numpy()[:, 0], u, rtol=1e-6)
    np.testing.assert_allclose(
        found.items.detach().numpy()[..., 0], [[v[0], v[1]], [v[1], v[2]]], rtol=1e-6
    )
    told, asked = module.learned(SMALL)
    np.testing.assert_allclose(asked[:, 0], v, rtol=1e-6)
    # A history of items 0 and 1 is person 0, but for the layer that is its own.
    without = (people[1][0] + people[2][0]) / 3
    assert (told[0] + told[1])[0] / sqrt(2) == pytest.approx(without, rel=1e-5)


def test_the_gradient_goes_back_along_the_graph() -> None:
    module = Graph(SMALL, 2, layers=2, seed=1, between=sp.csr_array(np.eye(3, dtype=np.float32)))
    module.double()

    def whole() -> object:
        found = module(torch.tensor([0, 1]), torch.tensor([[0], [1]]))
        return (found.users * found.items[:, 0]).sum()

    whole().backward()
    before = module.items.weight[1, 0].item()
    step = 1e-2
    ahead, behind = [], []
    for move, into in ((step, ahead), (-step, behind)):
        with torch.no_grad():
            module.items.weight[1, 0] = before + move
            into.append(whole().item())
    slope = (ahead[0] - behind[0]) / (2 * step)
    assert float(module.items.weight.grad[1, 0]) == pytest.approx(slope, rel=1e-3)


# -- towers -----------------------------------------------------------------------------------

# Person 0: item 0, then a basket of 1 and 2, then 3. Person 1: item 1 alone.
TOLD = Told.of(
    np.array([0, 0, 0, 0, 1]),
    np.array([0, 1, 2, 3, 1]),
    np.array([10, 20, 20, 30, 5]),
    np.array([1.0, 0.5, 1.0, 1.0, 1.0], np.float32),
)


def test_a_history_is_what_was_before_or_in_the_same_basket_newest_first() -> None:
    asked = before(TOLD, np.array([3, 1, 0, 4]), decay=0.8)
    assert asked.places.shape == (4, LONGEST)
    assert asked.places[:, :4].tolist() == [[2, 1, 0, -1], [2, 0, -1, -1], [-1] * 4, [-1] * 4]
    expected = [[1, 0.5, 0.8, 0], [1, 0.8, 0, 0], [0] * 4, [0] * 4]
    np.testing.assert_allclose(asked.weights[:, :4], expected, rtol=1e-6)


def tower_task(gaps: float = 0.0) -> TowerTask:
    module = Towers(np.zeros((4, 0), np.float32), 2, gaps, seed=1)
    put(module.items.weight, [[2.0, 0.0], [0.0, 1.0], [0.0, 3.0], [-1.0, 0.0]])
    options = {"tau": 0.5, "decay": 0.8, "gaps": gaps, "seed": 1}
    return TowerTask("test", module, TOLD, np.empty(0, np.int64), np.arange(4), **options)


def test_the_loss_is_a_softmax_over_the_batch_corrected_by_how_often_items_are_liked() -> None:
    task = tower_task()
    items = torch.tensor([[0, 1], [1, 0]])
    weights = torch.tensor([[1.0, 1.0], [1.0, 0.0]])
    targets = torch.tensor([2, 3])
    half = 1 / sqrt(2)
    # Likes of items 2 and 3: one of five each, so that the correction is the same.
    first = [half / 0.5, -half / 0.5]
    second = [1 / 0.5, 0.0]
    expected = [-first[0] + np.log(np.exp(first).sum()), -second[1] + np.log(np.exp(second).sum())]
    assert task.loss((items, weights, torch.zeros(2, 2), targets)).item() == pytest.approx(
        np.mean(expected), rel=1e-5
    )
    assert task.logp.tolist() == pytest.approx(np.log([0.2, 0.4, 0.2, 0.2]).tolist())


def test_what_somebody_had_is_no_stranger_to_him() -> None:
    task = tower_task()
    items, weights = torch.tensor([[3, 0], [1, 0]]), torch.tensor([[1.0, 0.0], [1.0, 1.0]])
    known = task._known(items, weights, torch.tensor([2, 3]))
    assert known.tolist() == [[False, True], [False, False]]
    assert task._known(items, weights, torch.tensor([2, 2])).tolist() == [
        [False, True],
        [True, False],
    ]


def test_first_likes_and_those_held_back_teach_nothing() -> None:
    assert tower_task().which.tolist() == [1, 2, 3]
    module = Towers(np.zeros((4, 0), np.float32), 2, 0.0, seed=1)
    held = TowerTask(
        "test", module, TOLD, np.array([3]), np.arange(4), tau=1, decay=1, gaps=0, seed=1
    )
    assert held.which.tolist() == [1, 2]
    assert 0 < held.measure()["ndcg"] <= 1
