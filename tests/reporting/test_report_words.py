"""What a report says in words, of evaluations made by hand."""

from __future__ import annotations

import numpy as np
import pytest
from told import told, with_curve

from beholder.reporting.asked import asked
from beholder.reporting.headline import headline
from beholder.reporting.markdown import markdown
from beholder.reporting.summary import answer, millis, size

BETTER = {"popularity": (0.05, 0.001), "itemknn": (0.15, 0.01)}
OPEN = {"popularity": (0.05, 0.001), "itemknn": (0.19, 0.4)}
WORSE = {"popularity": (0.05, 0.001), "itemknn": (0.25, 0.01)}


def test_the_headline_names_what_is_beaten_for_certain() -> None:
    assert headline(asked([told(BETTER)])) == (
        "Yes: better than popularity and item-kNN, for certain."
    )
    assert headline(asked([told(OPEN)])) == (
        "In part: better than popularity, for certain; not certainly better than item-kNN."
    )
    assert headline(asked([told(WORSE)])) == "Not everywhere: item-kNN is better, for certain."
    nothing = {"popularity": (0.19, 0.3)}
    assert headline(asked([told(nothing)])) == "Not shown: no certain difference to popularity."


def test_over_several_questions_it_says_in_how_many() -> None:
    both = [told(BETTER), told({"popularity": (0.02, 0.001)}, "cold-items")]
    assert headline(asked(both)) == (
        "Yes: better than popularity and item-kNN (which can answer 1 of 2 questions), for certain "
        "wherever it was asked."
    )
    assert headline(asked([told(BETTER), told(BETTER, "leave-last-out")])) == (
        "Yes: better than popularity and item-kNN, for certain in each of 2 questions."
    )
    both = [told(BETTER), told(OPEN, "leave-last-out")]
    assert headline(asked(both)) == (
        "In part: better than popularity, for certain in each of 2 questions; "
        "better than item-kNN in 1 of 2 questions."
    )


def test_a_difference_is_certain_only_where_every_seed_says_so() -> None:
    other = told({"popularity": (0.05, 0.001), "itemknn": (0.15, 0.2)}, seed=8)
    (one,) = asked([told(BETTER), other])
    assert one.row("popularity").better
    assert not one.row("itemknn").better
    assert one.row("itemknn").p == 0.2
    assert one.blend.seeds == (0.2, 0.2)


def test_seeds_that_disagree_about_who_is_better_make_nothing_certain() -> None:
    (one,) = asked([told(BETTER), told(WORSE, seed=8)])
    assert one.row("itemknn").p == 1.0
    assert one.row("itemknn").ndcg10.value == pytest.approx(0.2)
    assert one.row("itemknn").ndcg10.low == pytest.approx(0.14)
    assert one.row("itemknn").ndcg10.high == pytest.approx(0.26)


@pytest.mark.parametrize(
    ("pictures", "others", "said"),
    [
        ((0.15, 0.01), (0.14, 0.01), "Pictures helped, for certain: without them NDCG@10 is 0.150"),
        ((0.15, 0.01), (0.19, 0.30), "what they show may not be why"),
        ((0.19, 0.40), (0.19, 0.40), "Whether pictures help is not certain"),
        ((0.25, 0.01), (0.24, 0.01), "Pictures did harm, for certain"),
        ((0.25, 0.01), (0.19, 0.40), "It is better without pictures, for certain"),
    ],
)
def test_what_pictures_do_is_said(
    pictures: tuple[float, float], others: tuple[float, float], said: str
) -> None:
    rows = BETTER | {"auto without pictures": pictures, "auto, pictures of others": others}
    (one,) = asked([told(rows)])
    assert said in " ".join(answer(one).sentences)


def test_what_flatters_or_starves_a_figure_is_said_beside_it() -> None:
    few = told({"popularity": (0.05, 0.001)}, "cold-items")
    few.pool, few.right = 30, [np.zeros(2, np.int32), np.zeros(1, np.int32)]
    few.choice = [28, 25]  # less what each had before
    few.notes = ["ease did not fit into the budget", "metric did not fit into the budget"]
    few.basket_share = 1.0
    (one,) = asked([few])
    first, *others = answer(one).sentences
    # None of 2 among 20 of 28: 8/28 * 7/27; of 1 among 20 of 25: 5/25.
    assert "out of 30 items (in any order 86 would); with popularity" in first
    assert any(own.startswith("2 models did not fit into the budget") for own in others)
    assert not any("within an hour" in own for own in others), "new items are no visit"
    (one,) = asked([told(BETTER), told(BETTER, seed=8)])
    one.first.basket_share = 0.67
    assert answer(one).sentences[1].startswith("67% of the right answers lie within an hour")


def test_what_no_model_reads_is_not_said_to_make_no_difference() -> None:
    run = told(BETTER | {"auto without pictures": (0.2, 1.0)})
    run.without = ["without pictures: no model that reads them is in the blend, so nothing is lost"]
    (one,) = asked([run])
    assert any(own.startswith("No model that reads pictures") for own in answer(one).sentences)


def test_whether_more_data_help_follows_the_learning_curve() -> None:
    certain = with_curve(told(BETTER), "all events against 30% of them: better for certain, ...")
    (one,) = asked([certain])
    assert "More behaviour would probably help: learned from 30%" in answer(one).sentences[-1]
    open_ = with_curve(told(BETTER), "all events against 30% of them: no certain difference, ...")
    (one,) = asked([open_])
    assert "is not shown" in answer(one).sentences[-1]


def test_the_table_is_as_readmes_have_it() -> None:
    cold = told({"popularity": (0.02, 0.001)}, "cold-items")
    every = asked([told(OPEN), cold])
    assert markdown(every).splitlines() == [
        "| NDCG@10 (HR@20) | within an hour | ranked among | the blend | popularity | item-kNN |",
        "|---|---|---|---|---|---|",
        "| The next visit | 25 % | 50 | 0.200 (0.400) | 0.050 (0.300) | 0.190 (0.300) |",
        "| New items | 25 % | 50 | **0.200** (0.400) | 0.020 (0.300) | cannot |",
    ]


def test_amounts_are_said_in_few_digits() -> None:
    assert [size(n) for n in (900, 5_100_000, 12e6, 2.5e9)] == ["1 kB", "5.1 MB", "12 MB", "2.5 GB"]
    assert [millis(n) for n in (0.312, 1.14, 23.4)] == ["0.31 ms", "1.1 ms", "23 ms"]
