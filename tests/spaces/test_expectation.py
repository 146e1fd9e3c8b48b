"""What is expected of a missing cosine: a line, learned where it is asked."""

from __future__ import annotations

import numpy as np
import pytest
from groups import everyone, grouped, modality, words
from sklearn.linear_model import LinearRegression

from beholder.spaces import expectation as module
from beholder.spaces import fit_spaces
from beholder.spaces.expectation import BENEFIT, DOUBT, Expectation, Line, line

N = 200
RAW, GROUP = grouped(N, 16)
CONTENT = {"photo": modality(RAW), "words": words(GROUP)}


def test_a_line_is_that_of_least_squares_half_a_deviation_higher() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=100_000).astype(np.float32)
    y = (0.3 + 0.6 * x + 0.1 * rng.normal(size=len(x))).astype(np.float32)
    theirs = LinearRegression().fit(x[:, None], y)
    ours = line(x, y, 0.0)
    assert ours.slope == pytest.approx(theirs.coef_[0], abs=2e-4)
    assert ours.intercept == pytest.approx(theirs.intercept_ + BENEFIT * 0.1, abs=1e-3)
    assert ours.residual == pytest.approx(0.01, rel=0.02)


def test_few_pairs_hardly_tilt_a_line_and_none_leave_it_flat() -> None:
    x = np.array([0.0, 1.0], np.float32)
    ours = line(x, x, 0.0)
    assert ours.slope == pytest.approx(2 / (2 + DOUBT))
    lifted = BENEFIT * ours.residual**0.5 * 2 / (2 + DOUBT)
    assert ours.intercept + ours.slope * 0.5 == pytest.approx(0.5 + lifted)
    assert line(x[:0], x[:0], 0.07) == Line(0.07, 0.0, 1.0)


def test_likeness_in_one_never_speaks_against_likeness_in_another() -> None:
    x = np.linspace(-1, 1, 500).astype(np.float32)
    assert line(x, -x, 0.0).slope == 0


def test_equal_cosines_give_a_flat_line() -> None:
    assert line(np.ones(9, np.float32), np.arange(9, dtype=np.float32), 0).slope == 0


def test_alike_words_make_alike_pictures_expected() -> None:
    expectation = Expectation.fit(fit_spaces(CONTENT, everyone(N)), everyone(N))
    learned = expectation.lines["words"]["photo"]
    assert learned.slope > 0.1
    shuffled = CONTENT | {"words": words(np.random.default_rng(1).permutation(GROUP))}
    chance = Expectation.fit(fit_spaces(shuffled, everyone(N)), everyone(N))
    assert chance.lines["words"]["photo"].slope < 0.05


def test_each_line_goes_from_what_is_there_to_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "NEAR", N)  # all pairs
    spaces = fit_spaces(CONTENT, everyone(N))
    ours = Expectation.fit(spaces, everyone(N)).lines
    pairs = ~np.eye(N, dtype=bool)
    cosines = {name: space.cosines(slice(None))[pairs] for name, space in spaces.items()}
    for start, end in (("photo", "words"), ("words", "photo")):
        theirs = LinearRegression().fit(cosines[start][:, None], cosines[end])
        assert ours[start][end].slope == pytest.approx(theirs.coef_[0], rel=2e-3)
    assert ours["photo"]["words"].slope != pytest.approx(ours["words"]["photo"].slope, rel=0.1)


def test_only_pairs_of_fitted_items_that_have_both_are_read() -> None:
    fitted = np.arange(N) < 100
    spaces = fit_spaces(CONTENT, fitted)
    ours = Expectation.fit(spaces, fitted)
    strange = RAW.copy()
    strange[100:] = np.random.default_rng(2).normal(size=(100, 16))
    assert Expectation.fit(fit_spaces(CONTENT | {"photo": modality(strange)}, fitted), fitted) == (
        ours
    )
    apart = {"photo": modality(RAW, tuple(range(0, N, 2))), "words": list(CONTENT["words"])}
    apart["words"][1::2] = [""] * 100
    never = Expectation.fit(fit_spaces(apart, everyone(N)), everyone(N))
    assert never.lines["words"]["photo"].slope == 0
    assert never.lines["words"]["photo"].intercept == never.means["photo"]


def test_a_seed_decides_which_pairs_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "COLUMNS", 60)
    spaces = fit_spaces(CONTENT, everyone(N))
    ours = Expectation.fit(spaces, everyone(N), seed=1)
    assert Expectation.fit(spaces, everyone(N), seed=1) == ours
    assert Expectation.fit(spaces, everyone(N), seed=2) != ours


MADE = Expectation(
    {"a": 0.1, "b": 0.2, "c": 0.3},
    {
        "a": {"b": Line(0.0, 0.5, 0.1), "c": Line(0.1, 0.4, 0.01)},
        "b": {"a": Line(0.2, 0.6, 0.1), "c": Line(0.2, 0.8, 0.03)},
        "c": {"a": Line(0.0, 0.0, 0.1), "b": Line(0.0, 0.0, 0.1)},
    },
)
WEIGHTS = {"a": 1.0, "b": 1.0, "c": 2.0}


def test_with_everything_present_nothing_is_expected() -> None:
    shares, constant = MADE.mix(["a", "b", "c"], WEIGHTS)
    assert (shares, constant) == ({"a": 0.25, "b": 0.25, "c": 0.5}, 0.0)


def test_with_one_present_its_lines_speak_for_the_others() -> None:
    shares, constant = MADE.mix(["a"], WEIGHTS)
    assert shares == {"a": pytest.approx(0.25 + 0.25 * 0.5 + 0.5 * 0.4)}
    assert constant == pytest.approx(0.5 * 0.1)


def test_with_several_present_the_more_precise_line_counts_more() -> None:
    shares, constant = MADE.mix(["a", "b"], WEIGHTS)
    assert shares["a"] == pytest.approx(0.25 + 0.5 * 0.75 * 0.4)  # 1/.01 against 1/.03
    assert shares["b"] == pytest.approx(0.25 + 0.5 * 0.25 * 0.8)
    assert constant == pytest.approx(0.5 * (0.75 * 0.1 + 0.25 * 0.2))


def test_with_nothing_in_common_the_means_are_expected() -> None:
    assert MADE.mix([], WEIGHTS) == ({}, pytest.approx(0.25 * 0.1 + 0.25 * 0.2 + 0.5 * 0.3))
