"""What every model keeps to, as the engine serves it. Run the checks over a model of your own:

@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
def test_my_model(check):
    check(MyModel)

What it is served as keeps `scorer_checks`.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.testing import assert_array_equal
from numpy.typing import NDArray

from beholder.bundle import parts as bundle_parts
from beholder.bundle.parts import Parts
from beholder.dataset.dataset import Dataset
from beholder.dataset.new_items import new_items
from beholder.engine.engine import Engine
from beholder.evaluation.ask import plain_items
from beholder.models.contract import Card, FitOptions, Model, Source
from beholder.progress import Silent
from beholder.scorers.blend import Blend
from beholder.scorers.fold import Weights, fold
from beholder.scorers.interface import Scorer
from beholder.scorers.item_item import ItemItem
from beholder.spaces import VectorSpace, WordSpace
from beholder.testing.sample_blend import blend_of
from beholder.testing.sample_dataset import (
    GROUPS,
    empty_dataset,
    sample_dataset,
    tastes,
    without,
)
from beholder.testing.sample_histories import TOLERANCE, assert_close
from beholder.training.assemble import parts_of
from beholder.training.refit import Fitted

ModelClass = type[Model]
SEED = 1
KEPT = 500  # entries a row of the blend: nothing of the sample is cut
ROUNDS = {"iterations", "epochs", "rounds"}  # what settings of a model call its rounds


def fit(model: ModelClass, dataset: Dataset, settings: Any = None, seed: int = SEED) -> Scorer:
    """Fit a model, with its default settings where none are given."""
    return model.fit(dataset, settings or model.Settings(), FitOptions(seed))


def served(model: ModelClass, dataset: Dataset, scorer: Scorer | None = None) -> Parts:
    """Return a bundle of one model alone: folded and assembled as training does it."""
    scorer = fit(model, dataset) if scorer is None else scorer
    name, n = model.card.name, dataset.n_items
    counts = scorer.base if isinstance(scorer, Blend) else np.zeros(n, np.float32)
    power = scorer.entry.power if isinstance(scorer, ItemItem) else 3.0
    likeness = dict.fromkeys(dataset.content.spaces, 1.0)
    weights = Weights({name: 1.0}, {name: 1.0}, {name: 1.0}, popularity=1.0)
    new = new_items(dataset, likeness)
    blend = fold({name: scorer}, counts, new, weights, (KEPT, KEPT), power)
    return parts_of(Fitted(blend, weights, counts, likeness), dataset, plain_items(n), 0)


def fans(dataset: Dataset, n: int = 8) -> list[list[str]]:
    """Return what the first people of a data set took, oldest first, as item ids."""
    pairs = dataset.interactions
    bounds = pairs.indptr
    return [[str(i) for i in pairs.items[bounds[u] : bounds[u + 1]]] for u in range(n)]


def score_all(engine: Engine, told: list[str]) -> NDArray[np.float64]:
    """Return the score of every item for a history, as the engine says it."""
    ids = [str(i) for i in range(engine.now_showing.now.n_items)]
    found = engine.score(ids, history=told)
    return np.array([found[one] for one in ids])


class Heard(Silent):
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.totals: list[int | None] = []
        self.done = 0
        self.ended = 0

    def start(self, what: str, total: int | None = None, unit: str = "") -> None:
        """Remember how much there is to do."""
        self.totals.append(total)

    def advance(self, n: int = 1) -> None:
        """Count."""
        self.done += n

    def finish(self) -> None:
        """Count."""
        self.ended += 1


def check_the_card_is_complete(model: ModelClass) -> None:
    """A card says all of it, and its trials are settings of this model that can be made."""
    card = model.card
    assert isinstance(card, Card)
    assert card.name
    assert card.name == card.name.lower().strip()
    assert ":" not in card.name, "a colon stands between a model and a modality"
    assert card.paper.strip()
    sources = frozenset(get_args(Source))
    assert card.learns
    assert card.learns <= sources
    assert card.also <= sources - card.learns
    assert card.speaks_of
    assert card.speaks_of <= {"warm", "cold"}
    assert card.cost in ("light", "solve", "gradient")
    assert card.part in ("member", "popularity", "placing")
    assert card.trials
    for settings in (model.Settings(), *card.trials):
        assert type(settings) is model.Settings
    assert len(set(map(repr, card.trials))) == len(card.trials), "a trial is tried twice"
    if card.modalities:
        assert "modality" in model.Settings.__struct_fields__
    if card.factors:
        assert all(trial.factors > 0 for trial in card.trials)


def check_it_gives_finite_scores(model: ModelClass) -> None:
    """What training asks, thousands of histories at once, are numbers for every item."""
    dataset = sample_dataset()
    for settings in (model.Settings(), *model.card.trials):
        scorer = fit(model, dataset, settings)
        assert scorer.n_items == dataset.n_items
        scores = scorer.scores(scorer.ask(dataset.log.histories))
        assert scores.shape == (dataset.log.n_users, dataset.n_items)
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all()


def check_it_recommends_what_it_scores(model: ModelClass) -> None:
    """Lists, scores and explanations of the engine agree, and are finite."""
    dataset = sample_dataset()
    engine = Engine(served(model, dataset))
    for told in fans(dataset):
        scores = score_all(engine, told)
        assert np.isfinite(scores).all()
        answer = engine.recommend(history=told, k=10)
        assert len(answer.items) == 10
        own = np.array([item.score for item in answer.items])
        assert (np.diff(own) <= 0).all()
        assert_close(own, scores[[int(item.id) for item in answer.items]])
        left = np.setdiff1d(np.arange(len(scores)), [int(i) for i in [*told, *answer.ids]])
        assert scores[left].max() <= own[-1] + TOLERANCE * max(1.0, np.abs(scores).max())
        for item in answer.ids[:3]:
            said = engine.explain(item, history=told)
            whole = said.base + sum(share.share for share in said.shares)
            assert abs(whole - scores[int(item)]) <= TOLERANCE * max(1.0, np.abs(scores).max())


def check_the_history_is_not_recommended_again(model: ModelClass) -> None:
    """No list holds an item of the history, however long it is."""
    dataset = sample_dataset()
    engine = Engine(served(model, dataset))
    for told in fans(dataset):
        answer = engine.recommend(history=told, k=dataset.n_items)
        assert len(answer.items) == dataset.n_items - len(set(told))
        assert not set(told) & set(answer.ids)


def check_same_seed_gives_the_same_bytes(model: ModelClass) -> None:
    """Fitted twice with one seed, a model makes the same bundle."""
    assert _bytes(served(model, sample_dataset())) == _bytes(served(model, sample_dataset()))


def check_a_bundle_serves_the_same(model: ModelClass) -> None:
    """What was written and opened again scores with the same bits."""
    dataset = sample_dataset()
    parts = served(model, dataset)
    with tempfile.TemporaryDirectory() as name:
        bundle_parts.save(parts, Path(name))
        opened = bundle_parts.load(Path(name))
    for told in fans(dataset, 3):
        assert_array_equal(score_all(Engine(opened), told), score_all(Engine(parts), told))


def check_it_does_not_change_its_dataset(model: ModelClass) -> None:
    """Everything that there is to learn from is as before."""
    dataset = sample_dataset()
    before = [array.copy() for array in _arrays(dataset)]
    for settings in (model.Settings(), *model.card.trials):
        served(model, dataset, fit(model, dataset, settings))
    for now, then in zip(_arrays(dataset), before, strict=True):
        assert_array_equal(now, then)


def check_it_learns_from_little(model: ModelClass) -> None:
    """Without behaviour, pictures and words, and with one item, it fits and answers."""
    for n_items in (1, 2, 30):
        engine = Engine(served(model, empty_dataset(n_items)))
        assert np.isfinite(score_all(engine, ["0"])).all()
        others = {str(i) for i in range(1, n_items)}
        disliked = {"item": "0", "kind": "dislike"}
        for told in (["0"], [disliked]):
            assert set(engine.recommend(history=told, k=40).ids) == others
        assert np.isfinite(engine.explain("0", history=[disliked]).score)
        assert not set(engine.similar("0").ids) - others
        assert len(engine.recommend(k=40).items) == n_items


def check_it_stops_at_a_deadline(model: ModelClass) -> None:
    """With the deadline long gone there is a scorer; who learns in rounds did one of them."""
    dataset, counted = sample_dataset(), list[int]()
    options = FitOptions(SEED, time.monotonic() - 1, counted=counted.append)
    scorer = model.fit(dataset, model.Settings(), options)
    assert np.isfinite(score_all(Engine(served(model, dataset, scorer)), ["1", "5"])).all()
    assert counted == ([1] if _in_rounds(model) else [])


def check_it_does_as_many_rounds_as_a_plan_says(model: ModelClass) -> None:
    """Who learns in rounds does the given number, counts them, and shows how far it is."""
    if not _in_rounds(model):
        return
    dataset = sample_dataset()
    found = []
    for most in (1, 2):
        heard, counted = Heard(), list[int]()
        options = FitOptions(SEED, progress=heard, most=most, counted=counted.append)
        found.append(model.fit(dataset, model.Settings(), options))
        assert counted == [most]
        assert heard.totals == [most]
        assert (heard.done, heard.ended) == (most, 1)
    assert _files(found[0]) != _files(found[1]), "a second round changed nothing"


def check_it_learns_from_what_its_card_says(model: ModelClass) -> None:
    """Other sources change nothing, and each that is named changes something."""
    dataset, card = sample_dataset(), model.card
    trials = (model.Settings(), *card.trials)
    whole = [_files(fit(model, dataset, settings)) for settings in trials]
    for source in get_args(Source):
        less = [_files(fit(model, without(dataset, source), settings)) for settings in trials]
        if source in card.learns | card.also:
            assert less != whole, f"it does not learn from {source}"
        else:
            assert less == whole, f"it learns from {source}, which its card does not say"


def check_it_needs_no_more_than_its_card_says(model: ModelClass) -> None:
    """What it learns from besides may be missing, all at once."""
    dataset, card = sample_dataset(), model.card
    for source in get_args(Source):
        if source not in card.learns:
            dataset = without(dataset, source)
    for settings in (model.Settings(), *card.trials):
        parts = served(model, dataset, fit(model, dataset, settings))
        assert np.isfinite(score_all(Engine(parts), ["1", "5"])).all()


def check_it_speaks_of_what_its_card_says(model: ModelClass) -> None:
    """Of items with and without behaviour it says something, or nothing at all."""
    dataset = sample_dataset()
    engine = Engine(served(model, dataset))
    touched = dataset.interactions.item_counts > 0
    said = np.array([score_all(engine, told) for told in fans(dataset)])
    assert bool(said[:, touched].any()) == ("warm" in model.card.speaks_of)
    assert bool(said[:, ~touched].any()) == ("cold" in model.card.speaks_of)


def check_it_tells_tastes_apart(model: ModelClass) -> None:
    """To who likes a taste its items score above the others, with behaviour and without."""
    dataset, card = sample_dataset(), model.card
    if card.part == "popularity":
        return
    engine = Engine(served(model, dataset))
    touched = dataset.interactions.item_counts > 0
    for taste, told, scores in _asked(engine, dataset):
        new = np.setdiff1d(np.arange(GROUPS * 16), [int(i) for i in told])
        mine, others = new[tastes()[new] == taste], new[tastes()[new] != taste]
        if "warm" in card.speaks_of:
            assert scores[mine[touched[mine]]].mean() > scores[others[touched[others]]].mean()
        if "cold" in card.speaks_of:
            assert scores[mine[~touched[mine]]].mean() > scores[others[~touched[others]]].max()


def _asked(
    engine: Engine, dataset: Dataset
) -> Iterator[tuple[int, list[str], NDArray[np.float64]]]:
    """Yield each taste, a history of six of its items, and the scores for it."""
    for taste in range(GROUPS):
        told = [str(taste + GROUPS * step) for step in range(1, 12, 2)]
        yield taste, told, score_all(engine, told)


def _in_rounds(model: ModelClass) -> bool:
    return model.card.cost == "gradient" or bool(ROUNDS & {*model.Settings.__struct_fields__})


def _bytes(parts: Parts) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        bundle_parts.save(parts, Path(name))
        return _read(Path(name))


def _files(scorer: Scorer) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as name:
        blend_of(scorer).save(Path(name))
        return _read(Path(name))


def _read(root: Path) -> dict[str, bytes]:
    files = sorted(path for path in root.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in files}


def _arrays(dataset: Dataset) -> list[NDArray[Any]]:
    log, picture = dataset.log, dataset.pictures["sample"]
    pairs, space = dataset.interactions, dataset.content
    looks, words = space.spaces["sample"], space.spaces["words"]
    assert isinstance(looks, VectorSpace)
    assert isinstance(words, WordSpace)
    return [
        *(log.users, log.items, log.times, log.signed, log.kinds, log.values),
        *(pairs.users, pairs.items, pairs.times, pairs.weights),
        *(pairs.matrix.data, pairs.matrix.indices, pairs.matrix.indptr),
        *(picture.vectors, picture.present, dataset.groups, dataset.fitted),
        *(looks.vectors, words.vectors.data),
    ]


MODEL_CHECKS = (
    check_the_card_is_complete,
    check_it_gives_finite_scores,
    check_it_recommends_what_it_scores,
    check_the_history_is_not_recommended_again,
    check_same_seed_gives_the_same_bytes,
    check_a_bundle_serves_the_same,
    check_it_does_not_change_its_dataset,
    check_it_learns_from_little,
    check_it_stops_at_a_deadline,
    check_it_does_as_many_rounds_as_a_plan_says,
    check_it_learns_from_what_its_card_says,
    check_it_needs_no_more_than_its_card_says,
    check_it_speaks_of_what_its_card_says,
    check_it_tells_tastes_apart,
)
