"""What fits into a budget, by what the steps have cost."""

from __future__ import annotations

import time

import pytest

from beholder.training.budget import Clock
from beholder.training.plan import Plan


def plan_with(budget: float, growth: float = 1.0, **costs: float) -> Plan:
    plan = Plan(Clock(budget), growth)
    plan.costs = {name.replace("_", " "): seconds for name, seconds in costs.items()}
    return plan


def test_the_longest_time_of_a_step_is_remembered() -> None:
    plan = Plan(Clock(1))
    for _ in range(2):
        with plan.measured("ease"):
            pass
        plan.costs["ease"] = 5.0
    with plan.measured("ease"):
        pass
    assert plan.cost("ease") == 5.0
    assert plan.cost("something else") == 0


def test_the_end_holds_every_fit_on_all_data_and_the_weighing() -> None:
    plan = plan_with(1e6, growth=1.5, ease=100.0, session=10.0, folding=7.0, writing=3.0)
    assert plan.refitting(["ease", "session"]) == pytest.approx(1.5 * 110 + 10)
    assert plan.refitting([]) == pytest.approx(10)
    before = plan.ending(["ease"])
    plan.costs["first weighing"] = 1000.0
    assert plan.ending(["ease"]) > before + 2000


def test_a_trial_fits_only_with_everything_that_must_follow() -> None:
    costs = {"ease": 1000.0, "first_weighing": 1000.0, "writing": 500.0}
    assert plan_with(1e5, **costs).fits("ease", ["ease"])
    short = plan_with(1200, **costs)  # enough for the trial alone
    assert not short.fits("ease", ["ease"])
    # The same trial fits where the member need not be fitted on all data again.
    between = plan_with(8000, growth=2.0, **costs)
    assert not between.fits("ease", ["ease"])
    assert between.fits("ease", [])


def test_what_grows_otherwise_is_named() -> None:
    plan = plan_with(1e6, growth=2.0, ease=100.0, ials=10.0)
    plan.grown = {"ials": 1.25}
    assert plan.refitting(["ease", "ials"]) == pytest.approx(2.0 * 100 + 1.25 * 10)


def test_a_trial_ends_while_there_is_time_for_what_must_follow() -> None:
    """Of 10,000 s the end takes 1.1 x 1.4 x 1,000 and 2 %; 8,260 are for the trial and its like."""
    plan = plan_with(1e4, first_weighing=1000.0)
    plan.grown = {"ials": 1.5}
    allowed = plan.until("ials", ["ials"], quick=True) - time.monotonic()
    assert allowed == pytest.approx(8260 / (1.1 * 2.5), rel=0.01)
    # Another that waits to be fitted on all data takes some of it: 1.1 x 2,000 s.
    plan.costs["ease"] = 2000.0
    allowed = plan.until("ials", ["ials", "ease"], quick=True) - time.monotonic()
    assert allowed == pytest.approx(6060 / (1.1 * 2.5), rel=0.01)
    late = plan_with(1e-9)
    assert late.until("ials", ["ials"]) <= time.monotonic()


def test_the_first_bundle_is_expected_by_what_asking_one_member_took() -> None:
    plan = plan_with(100, asking=0.5, itemknn=2.0)
    plan.expect_first(to_place=4.0, to_place_all=2.0)
    assert plan.cost("first weighing") == pytest.approx(20 * 0.5 + 1.5 * 4)
    later = 2.0 + (5 * 0.5 + 1.5 * 2) + 5 * 0.5  # fitting again, folding, writing
    assert plan.first(["itemknn"]) == pytest.approx(1.1 * (16 + later))


def test_of_pieces_of_work_as_many_are_done_as_fit() -> None:
    plan = plan_with(1000, writing=80.0)
    assert plan.most("new items", 200, 899.0, last=True) == 200
    assert plan.decided == {}
    # Of 1,000 s are left: 80 for writing and 20 unplanned are not for this.
    assert plan.most("new items", 200, 1800.0, last=True) in {99, 100}
    assert plan.decided["new items"] in {99, 100}
    assert plan.most("first", 200, 1000.0, last=False) == 50  # a quarter of the budget
    late = plan_with(1e-9)
    assert late.most("new items", 200, 1.0, last=True) == 0
    assert late.most("nothing to do", 0, 0.0, last=True) == 0
    assert late.most("no work", 200, 0.0, last=True) == 200


def test_pieces_of_work_are_those_of_a_recorded_plan() -> None:
    plan = Plan(Clock(1e-9), script={"new items": 7})
    assert plan.most("new items", 200, 1e9, last=True) == 7
    assert plan.most("all of these", 200, 1e9, last=True) == 200
    assert plan.most("new items", 5, 0.0, last=True) == 5  # people touched two since then
    assert plan.decided == {"new items": 7}


# -- decisions ------------------------------------------------------------------------------


def test_what_is_decided_is_recorded_in_order() -> None:
    plan = Plan(Clock(1))
    assert plan.decide("begin words", lambda: True)
    assert not plan.decide("begin visual-knn", lambda: False)
    plan.counted("ials")(7)
    assert plan.decided == {"begin words": 1, "begin visual-knn": 0, "rounds of ials": 7}
    assert list(plan.decided) == ["begin words", "begin visual-knn", "rounds of ials"]
    assert plan.rounds("ials") is None  # without a script nothing bounds them


def test_a_recorded_plan_is_followed_without_asking_the_clock() -> None:
    def never() -> bool:
        raise AssertionError("the clock was asked")

    plan = Plan(Clock(1), script={"begin words": 1, "begin visual-knn": 0, "rounds of ials": 7})
    assert plan.decide("begin words", never)
    assert not plan.decide("begin visual-knn", never)
    assert not plan.decide("what that training never came to", never)
    assert plan.rounds("ials") == 7
    assert plan.decided["what that training never came to"] == 0
