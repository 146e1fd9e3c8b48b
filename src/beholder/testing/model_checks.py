"""What every model keeps to. Run the checks over a model of your own:

@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
def test_my_model(check):
    check(MyModel)
"""

from __future__ import annotations

import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.history import EMPTY, History
from beholder.dataset.dataset import Dataset, Modality
from beholder.dataset.log import log_of_arrays
from beholder.models.interface import Content, Context, Model, Query
from beholder.progress import SILENT

ModelClass = type[Any]
TOLERANCE = 1e-5  # relative to the largest score; sums may be taken in another order
GROUPS, IN_GROUP, USERS, EVENTS = 4, 16, 60, 12
TWINS = 6  # items that nothing tells apart
NOW = Context(2_000_000)


@cache
def sample_dataset(seed: int = 5) -> Dataset:
    """Return 70 items in four tastes, each one product, with pictures, words and 60 people.

    Each person takes ten of twelve items from one taste. Of each taste two items are new:
    nobody has touched them. The last six items are twins: the same six people took all of
    them at the same moment, and they look and read alike.
    """
    rng = np.random.default_rng(seed)
    n_grouped = GROUPS * IN_GROUP
    group = np.arange(n_grouped) % GROUPS
    warm = np.arange(n_grouped) < n_grouped - 2 * GROUPS
    users, items, times = [], [], []
    for user in range(USERS):
        own = rng.permutation(np.flatnonzero(warm & (group == user % GROUPS)))[: EVENTS - 2]
        other = rng.permutation(np.flatnonzero(warm & (group != user % GROUPS)))[:2]
        users += [user] * EVENTS
        items += rng.permutation(np.concatenate([own, other])).tolist()
        times += (1000 * np.arange(1, EVENTS + 1)).tolist()
    twins = np.arange(n_grouped, n_grouped + TWINS)
    for user in range(6):
        users += [user] * TWINS
        items += twins.tolist()
        times += [500_000] * TWINS
    n_items = n_grouped + TWINS
    log = log_of_arrays(
        np.array(users, np.int32),
        np.array(items, np.int32),
        np.array(times, np.int64),
        np.ones(len(users), np.float32),
        USERS,
        n_items,
        seed,
    )
    looks = rng.normal(0, 1, (GROUPS + 1, 12))
    of = np.concatenate([group, np.full(TWINS, GROUPS)])
    noise = np.concatenate([rng.normal(0, 0.4, (n_grouped, 12)), np.zeros((TWINS, 12))])
    vectors = (looks[of] + noise).astype(np.float32)
    present = np.ones(n_items, bool)
    vectors[3], present[3] = 0, False  # one item without a picture
    fillers = ["tall", "small", "old", "blue", "round", "plain"]
    texts = [
        f"taste{of[i]} {fillers[int(rng.integers(6))]} {fillers[int(rng.integers(6))]}"
        if i < n_grouped
        else f"taste{GROUPS} twin"
        for i in range(n_items)
    ]
    return Dataset(log, {"sample": Modality(vectors, present)}, texts, of.astype(np.int32))


def empty_dataset(n_items: int) -> Dataset:
    """Return items without behaviour, pictures or words."""
    nothing = np.empty(0, np.int32)
    times, weights = np.empty(0, np.int64), np.empty(0, np.float32)
    log = log_of_arrays(nothing, nothing, times, weights, 0, n_items, 0)
    return Dataset(log, {}, [""] * n_items)


def fit(model: ModelClass, dataset: Dataset, seed: int = 1) -> Model:
    """Fit a model with its default settings."""
    fitted: Model = model.fit(dataset, model.Settings(), seed, SILENT, None)
    return fitted


def history_of(items: list[int], times: list[int] | None = None) -> History:
    """Return a history of positions, oldest first, a second apart where no times are given."""
    moments = [1000 * (i + 1) for i in range(len(items))] if times is None else times
    weights = np.linspace(0.5, 1.0, len(items)).astype(np.float32)
    positions = np.array(items, np.int32)
    return History(positions, np.array(moments, np.int64), weights, seen=np.unique(positions))


def first_histories(dataset: Dataset, n: int = 8) -> list[History]:
    """Return the histories of the first people of a dataset."""
    pairs = dataset.interactions
    found = []
    for user in range(n):
        rows = slice(pairs.indptr[user], pairs.indptr[user + 1])
        found.append(History(pairs.items[rows], pairs.times[rows], pairs.weights[rows]))
    return found


def everything(model: Model) -> NDArray[np.int32]:
    """Return all positions."""
    return np.arange(model.n_items, dtype=np.int32)


def assert_close(a: NDArray[Any], b: NDArray[Any]) -> None:
    """Fail unless two arrays of scores are the same but for the last digits."""
    assert a.shape == b.shape
    largest = max(1.0, float(np.abs(b).max(initial=0)))
    assert np.abs(a - b).max(initial=0) <= TOLERANCE * largest


def check_gives_one_finite_score_a_candidate(model: ModelClass) -> None:
    """Scores are float32 (n,), finite, and one model at least tells candidates apart."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    assert fitted.n_items == dataset.n_items
    told_apart = False
    for history in first_histories(dataset):
        scores = fitted.score(fitted.query(history, NOW), everything(fitted))
        assert scores.shape == (dataset.n_items,)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()
        told_apart |= bool(np.ptp(scores) > 0)
    assert told_apart


def check_retrieves_the_best_first(model: ModelClass) -> None:
    """A list has no repeats, is no longer than asked, sorted, and in range."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    for history in first_histories(dataset):
        for k in (0, 1, 7, dataset.n_items, 10 * dataset.n_items):
            found = fitted.retrieve(fitted.query(history, NOW), k, None)
            assert found.positions.dtype == np.int32
            assert found.positions.shape == found.scores.shape
            assert len(found.positions) <= k
            assert len(set(found.positions.tolist())) == len(found.positions)
            assert (np.diff(found.scores) <= 0).all()
            assert ((found.positions >= 0) & (found.positions < dataset.n_items)).all()


def check_retrieve_agrees_with_score(model: ModelClass) -> None:
    """A list's scores are those of `score`, and nothing better was left out."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    allowed = np.random.default_rng(2).random(dataset.n_items) < 0.7
    for history in first_histories(dataset):
        query = fitted.query(history, NOW)
        found = fitted.retrieve(query, 10, allowed)
        assert_close(found.scores, fitted.score(query, found.positions))
        scores = fitted.score(query, everything(fitted))
        rest = allowed.copy()
        rest[query.items] = False
        rest[found.positions] = False
        worst = found.scores[-1] if len(found.scores) == 10 else 0.0
        slack = TOLERANCE * max(1.0, float(np.abs(scores).max()))
        assert (scores[rest] <= worst + slack).all()


def check_filters_act_while_retrieving(model: ModelClass) -> None:
    """A narrow filter still fills a page, and nothing else comes through it."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    filled = 0
    for history in first_histories(dataset):
        query = fitted.query(history, NOW)
        whole = fitted.retrieve(query, dataset.n_items, None).positions
        allowed = np.zeros(dataset.n_items, bool)
        allowed[whole[-3:]] = True  # what any short list would have cut off
        found = fitted.retrieve(query, 3, allowed).positions
        assert set(found.tolist()) == set(whole[-3:].tolist())
        filled += len(found)
        assert not len(fitted.retrieve(query, 3, np.zeros(dataset.n_items, bool)).positions)
    assert filled


def check_same_seed_gives_the_same_bytes(model: ModelClass) -> None:
    """Fitted twice with one seed, a model writes the same files."""
    dataset = sample_dataset()
    assert _files(fit(model, dataset)) == _files(fit(model, sample_dataset()))


def check_order_of_candidates_does_not_matter(model: ModelClass) -> None:
    """A candidate has the same score alone, among others, and in any order."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    order = np.random.default_rng(4).permutation(dataset.n_items).astype(np.int32)
    for history in first_histories(dataset, 3):
        query = fitted.query(history, NOW)
        together = fitted.score(query, everything(fitted))
        np.testing.assert_array_equal(fitted.score(query, order), together[order])
        alone = np.concatenate([fitted.score(query, order[i : i + 1]) for i in range(len(order))])
        np.testing.assert_array_equal(alone, together[order])
        assert fitted.score(query, order[:0]).shape == (0,)


def check_an_empty_history_is_answered(model: ModelClass) -> None:
    """Without a history there are scores, a list (maybe empty), and no shares."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    query = fitted.query(EMPTY, NOW)
    scores = fitted.score(query, everything(fitted))
    assert np.isfinite(scores).all()
    assert len(fitted.retrieve(query, 5, None).positions) <= 5
    reasons = fitted.reasons(query, 0)
    assert reasons.shares.shape == (0,)
    assert abs(reasons.base - float(scores[0])) <= TOLERANCE


def check_unknown_items_are_ignored(model: ModelClass) -> None:
    """Positions that the model does not know change nothing, wherever they stand."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    n = dataset.n_items
    known = History(
        np.array([1, 9, 5], np.int32),
        np.array([1000, 3000, 5000], np.int64),
        np.array([1.0, 0.5, 0.8], np.float32),
    )
    mixed = History(
        np.array([-1, 1, n, 9, n + 999, 5, -7], np.int32),
        np.array([500, 1000, 2000, 3000, 4000, 5000, 6000], np.int64),
        np.array([1.0, 1.0, 1.0, 0.5, 1.0, 0.8, 1.0], np.float32),
    )
    plain, odd = fitted.query(known, NOW), fitted.query(mixed, NOW)
    np.testing.assert_array_equal(odd.items, plain.items)
    positions = everything(fitted)
    np.testing.assert_array_equal(fitted.score(odd, positions), fitted.score(plain, positions))
    nobody = fitted.query(History(mixed.items[:1], mixed.times[:1], mixed.weights[:1]), NOW)
    empty = fitted.query(EMPTY, NOW)
    np.testing.assert_array_equal(fitted.score(nobody, positions), fitted.score(empty, positions))


def check_the_history_is_not_recommended_again(model: ModelClass) -> None:
    """No list holds an item of the history, however long it is."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    listed = 0
    for history in first_histories(dataset):
        found = fitted.retrieve(fitted.query(history, NOW), dataset.n_items, None).positions
        assert not set(history.items.tolist()) & set(found.tolist())
        listed += len(found)
    assert listed


def check_a_basket_has_no_order(model: ModelClass) -> None:
    """Events of one moment count the same in whatever order they are told."""
    fitted = fit(model, sample_dataset())
    times = [1000, 2000, 2000, 2000, 3000]
    told = History(
        np.array([1, 9, 5, 13, 21], np.int32), np.array(times, np.int64), np.ones(5, np.float32)
    )
    turned = History(np.array([1, 13, 9, 5, 21], np.int32), told.times, told.weights)
    positions = everything(fitted)
    assert_close(
        fitted.score(fitted.query(turned, NOW), positions),
        fitted.score(fitted.query(told, NOW), positions),
    )


def check_reasons_sum_to_the_score(model: ModelClass) -> None:
    """Base and shares sum to the score, within 1e-5; one share an item of the history."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    for history in first_histories(dataset, 4):
        query = fitted.query(history, NOW)
        for position in range(0, dataset.n_items, 7):
            reasons = fitted.reasons(query, position)
            score = float(fitted.score(query, np.array([position], np.int32))[0])
            assert reasons.shares.shape == query.items.shape
            whole = reasons.base + float(reasons.shares.astype(np.float64).sum())
            assert abs(whole - score) <= TOLERANCE * max(1.0, abs(score))


def check_an_exact_share_is_what_the_item_gives(model: ModelClass) -> None:
    """Where shares are called exact, an item taken out takes exactly its share away."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    query = fitted.query(first_histories(dataset, 1)[0], NOW)
    for position in everything(fitted)[::9]:
        reasons = fitted.reasons(query, int(position))
        if not reasons.exact:
            return
        one = position[None]
        whole = fitted.score(query, one) - np.float32(reasons.base)
        for index in range(len(query.items)):
            keep = np.arange(len(query.items)) != index
            rest = Query(query.items[keep], query.weights[keep])
            less = fitted.score(rest, one) - np.float32(fitted.reasons(rest, int(position)).base)
            assert_close(whole - less, reasons.shares[index : index + 1])


def check_saved_and_loaded_it_is_the_same(model: ModelClass) -> None:
    """What was loaded answers with the same bits, and writes the same files."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    with tempfile.TemporaryDirectory() as name:
        fitted.save(Path(name))
        suffixes = {path.suffix for path in Path(name).iterdir()}
        assert suffixes <= {".safetensors", ".json"}
        opened: Model = model.load(Path(name))
    assert opened.n_items == fitted.n_items
    assert _files(opened) == _files(fitted)
    for history in first_histories(dataset, 3):
        ours, theirs = opened.query(history, NOW), fitted.query(history, NOW)
        positions = everything(fitted)
        np.testing.assert_array_equal(
            opened.score(ours, positions), fitted.score(theirs, positions)
        )
        found, wanted = opened.retrieve(ours, 9, None), fitted.retrieve(theirs, 9, None)
        np.testing.assert_array_equal(found.positions, wanted.positions)
        np.testing.assert_array_equal(found.scores, wanted.scores)


def check_asking_changes_nothing(model: ModelClass) -> None:
    """A fitted model, its dataset and a history are as before, whatever was asked."""
    dataset = sample_dataset()
    before = [array.copy() for array in _arrays(dataset)]
    fitted = fit(model, dataset)
    files = _files(fitted)
    history = first_histories(dataset, 1)[0]
    items = history.items.copy()
    query = fitted.query(history, NOW)
    fitted.retrieve(query, 5, np.ones(dataset.n_items, bool))
    fitted.score(query, everything(fitted))
    fitted.reasons(query, 1)
    assert _files(fitted) == files
    np.testing.assert_array_equal(history.items, items)
    for now, then in zip(_arrays(dataset), before, strict=True):
        np.testing.assert_array_equal(now, then)


def check_ties_have_an_order_that_favours_no_position(model: ModelClass) -> None:
    """A short list is the head of a long one, and equals stand in no order of position."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    for history in [EMPTY, *first_histories(dataset)]:
        query = fitted.query(history, NOW)
        long = fitted.retrieve(query, dataset.n_items, None)
        for k in (1, 3, 10, 20):
            short = fitted.retrieve(query, k, None)
            np.testing.assert_array_equal(short.positions, long.positions[:k])
        for value in np.unique(long.scores):
            steps = np.diff(long.positions[long.scores == value])
            if len(steps) >= TWINS - 1:  # by chance in order once in 360 times
                assert (steps > 0).any()
                assert (steps < 0).any()


def check_foreign_input_is_refused(model: ModelClass) -> None:
    """Candidates that are no positions, and a filter of another length, are errors."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    query = fitted.query(first_histories(dataset, 1)[0], NOW)
    n = dataset.n_items
    for odd in ([-1], [0, n], [n + 5, 1]):
        assert _refused(fitted.score, query, np.array(odd, np.int32)), f"score took {odd}"
    assert _refused(fitted.reasons, query, -1), "reasons took -1"
    assert _refused(fitted.reasons, query, n), "reasons took a position after the last"
    assert _refused(fitted.retrieve, query, 5, np.ones(n + 1, bool)), "retrieve took a long filter"
    assert _refused(fitted.retrieve, query, 5, np.ones(n - 1, bool)), "retrieve took a short filter"
    assert _refused(fitted.retrieve, query, -1, None), "retrieve took k = -1"


def check_it_learns_from_little(model: ModelClass) -> None:
    """Without behaviour, pictures and words, and with one item, it fits and answers."""
    for n_items in (1, 2, 30):
        fitted = fit(model, empty_dataset(n_items))
        query = fitted.query(history_of([0]), NOW)
        assert np.isfinite(fitted.score(query, everything(fitted))).all()
        assert not len(set(fitted.retrieve(query, 5, None).positions.tolist()) & {0})


def check_a_deadline_long_gone_still_gives_a_model(model: ModelClass) -> None:
    """Learning stops early at a deadline, and what it has by then answers."""
    dataset = sample_dataset()
    fitted = model.fit(dataset, model.Settings(), 1, SILENT, time.monotonic() - 1)
    query = fitted.query(first_histories(dataset, 1)[0], NOW)
    assert np.isfinite(fitted.score(query, everything(fitted))).all()


def check_placed_items_can_be_scored(model: ModelClass) -> None:
    """Items placed by their content stand after the last, with scores, reasons and lists."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    placed = fitted.place(_sample_content())
    n = dataset.n_items
    assert placed.n_items == n + 3
    assert fitted.n_items == n
    for history in first_histories(dataset, 4):
        query = placed.query(history, NOW)
        late = np.arange(n, n + 3, dtype=np.int32)
        scores = placed.score(query, late)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()
        reasons = placed.reasons(query, n)
        whole = reasons.base + float(reasons.shares.astype(np.float64).sum())
        assert abs(whole - float(scores[0])) <= TOLERANCE * max(1.0, abs(whole))
        only = np.zeros(n + 3, bool)
        only[late] = True
        found = placed.retrieve(query, 3, only).positions
        assert set(found.tolist()) == set(late[scores > 0].tolist())


def check_a_placed_item_without_neighbours_has_no_score(model: ModelClass) -> None:
    """Where nothing is known of a late item, no history speaks for it."""
    dataset = sample_dataset()
    placed = fit(model, dataset).place(_sample_content())
    query = placed.query(first_histories(dataset, 1)[0], NOW)
    unknown = np.array([dataset.n_items + 2], np.int32)
    assert placed.score(query, unknown)[0] == 0


def check_a_placed_item_can_be_history(model: ModelClass) -> None:
    """A late item counts as what it looks like: its history scores like that of its twin."""
    dataset = sample_dataset()
    n = dataset.n_items
    placed = fit(model, dataset).place(_sample_content())
    query = placed.query(history_of([n]), NOW)
    np.testing.assert_array_equal(query.items, [n])
    assert n not in placed.retrieve(query, n + 3, None).positions
    # The first late item has one neighbour only, so that it means what this one means.
    twin = placed.query(history_of([4]), NOW)
    others = np.setdiff1d(everything(placed), [4, n]).astype(np.int32)
    assert_close(placed.score(query, others), placed.score(twin, others))


def check_placing_leaves_known_items_alone(model: ModelClass) -> None:
    """Known items score for known histories as if nothing had been placed."""
    dataset = sample_dataset()
    fitted = fit(model, dataset)
    files = _files(fitted)
    placed = fitted.place(_sample_content())
    for history in first_histories(dataset, 3):
        positions = everything(fitted)
        assert_close(
            placed.score(placed.query(history, NOW), positions),
            fitted.score(fitted.query(history, NOW), positions),
        )
    assert _files(fitted) == files


def _sample_content() -> Content:
    """Return three late items: one with one neighbour, one between two, one without any."""
    neighbours = np.full((3, 20), -1, np.int32)
    shares = np.zeros((3, 20), np.float32)
    neighbours[0, 0], shares[0, 0] = 4, 1.0
    neighbours[1, :2], shares[1, :2] = [8, 12], [0.75, 0.25]
    return Content(neighbours, shares)


def _files(model: Model) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        model.save(Path(name))
        return {path.name: path.read_bytes() for path in sorted(Path(name).iterdir())}


def _arrays(dataset: Dataset) -> list[NDArray[Any]]:
    pairs = dataset.interactions
    picture = dataset.pictures["sample"]
    return [pairs.users, pairs.items, pairs.times, pairs.weights, picture.vectors, picture.present]


def _refused(call: Any, *arguments: object) -> bool:
    try:
        call(*arguments)
    except (ValueError, IndexError):  # ShapeError is a ValueError
        return True
    return False


PLACE_CHECKS = (
    check_placed_items_can_be_scored,
    check_a_placed_item_without_neighbours_has_no_score,
    check_a_placed_item_can_be_history,
    check_placing_leaves_known_items_alone,
)
MODEL_CHECKS = (
    check_gives_one_finite_score_a_candidate,
    check_retrieves_the_best_first,
    check_retrieve_agrees_with_score,
    check_filters_act_while_retrieving,
    check_same_seed_gives_the_same_bytes,
    check_order_of_candidates_does_not_matter,
    check_an_empty_history_is_answered,
    check_unknown_items_are_ignored,
    check_the_history_is_not_recommended_again,
    check_a_basket_has_no_order,
    check_reasons_sum_to_the_score,
    check_an_exact_share_is_what_the_item_gives,
    check_saved_and_loaded_it_is_the_same,
    check_asking_changes_nothing,
    check_ties_have_an_order_that_favours_no_position,
    check_foreign_input_is_refused,
    check_it_learns_from_little,
    check_a_deadline_long_gone_still_gives_a_model,
    *PLACE_CHECKS,
)
