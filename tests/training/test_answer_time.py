"""Whether answers stay quick with vectors: looked at before they are fitted."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.scorers.reader import KINDS
from beholder.training import answer_time, auto
from beholder.training.answer_time import seconds_an_answer
from beholder.training.auto import Budget, fit_auto
from planted import World, dataset_of

SLOW = "ials is left out: answers would not stay quick with it"


@pytest.mark.parametrize("reader", ["", *KINDS])
@pytest.mark.parametrize("n_items", [1, 3, 300])
def test_an_answer_takes_some_time_in_the_smallest_catalogue_too(n_items: int, reader: str) -> None:
    assert 0 < seconds_an_answer(n_items, 4, reader) < 60


def test_more_items_and_longer_vectors_take_longer() -> None:
    """By ten thousand times the work: no clock is so coarse that it decides."""
    assert seconds_an_answer(100_000, 64) > 3 * seconds_an_answer(10, 1)


def test_vectors_too_slow_to_ask_are_left_out_by_name_with_the_reason(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "MOST", 0.0)
    fitted = fit_auto(dataset_of(world), Budget(600, 1), only=["itemknn", "ials"])
    assert SLOW in fitted.notes
    assert "ials" not in {record.member for record in fitted.members}
    assert fitted.plan["ask ials"] == 0
    assert not any(step.startswith("trial 0 of ials") for step in fitted.plan)
    (said,) = [line for line in fitted.timings if line.startswith("ials would add ")]
    assert said.endswith(" ms to an answer, 0.00 are allowed")


def test_vectors_quick_to_ask_are_tried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto, "MOST", np.inf)
    fitted = fit_auto(dataset_of(world), Budget(600, 1), only=["itemknn", "ials"])
    assert SLOW not in fitted.notes
    assert fitted.plan["ask ials"] == fitted.plan["trial 0 of ials"] == 1
    assert "ials" in {record.member for record in fitted.members}
    assert not any("would add" in line for line in fitted.timings)


def test_vectors_that_are_all_there_is_are_never_too_slow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "MOST", 0.0)
    fitted = fit_auto(dataset_of(world), Budget(600, 1), only=["ials"])
    assert fitted.members[0].member == "ials"
    assert "ask ials" not in fitted.plan


def test_rows_are_never_asked_about(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, they fold into one matrix."""
    monkeypatch.setattr(auto, "MOST", 0.0)
    fitted = fit_auto(dataset_of(world), Budget(600, 1), only=["itemknn", "session"])
    assert {"itemknn", "session"} <= {record.member for record in fitted.members}
    assert not any(step.startswith("ask ") for step in fitted.plan)


def test_half_an_answer_is_what_vectors_may_add() -> None:
    assert answer_time.MOST == 0.5 * 0.2e-3
