"""What a ranker reads, by hand; and that it says the same after it was written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from beholder.behaviour.history import History
from beholder.scorers.features import Reads, Sight, features_of, sight_of
from beholder.scorers.ranker import Net, Ranker
from beholder.spaces import Modality, Similarity

#         0 is liked first, 1 and 2 together after it; 3, 4 and 5 are candidates.
#         6 and 7 make sure that there are years enough.
COLOUR = np.array([0, 0, 1, 0, 1, -1, 0, 1], np.int32)
YEARS = np.array([2000.0, 1990.0, np.nan, 2000.0, 1980.0, np.nan, 1970.0, 1960.0])
GROUPS = np.array([-1, 7, -1, 7, -1, -1, -1, -1], np.int32)
LIKED = np.array([0.0, 0.3, 0.6, 0.1, 0.2, 0.5, 0.4, 0.4, -1.0], np.float32)
LOOKS = np.array([[1, 0], [0, 1], [1, 1], [1, 0], [0, -1], [0, 0], [2, 1], [1, 3]], np.float32)
TOLD = History(
    np.array([0, 1, 2], np.int32), np.array([10, 20, 20], np.int64), np.ones(3, np.float32)
)
CANDIDATES, SCORES = np.array([3, 4, 5], np.int32), np.array([2.0, 1.0, 0.0], np.float32)


def world() -> tuple[Reads, Similarity]:
    """Eight items of two numbers as they are, without words."""
    there = LOOKS.any(axis=1)
    years = Modality.of_rows(YEARS[:, None], np.isfinite(YEARS))
    content = Similarity.fit(
        {"looks": Modality.of_rows(LOOKS, there)}, np.ones(8, bool), numbers={"year": years}
    )
    return Reads(("looks",), "", ("colour",), ("year",), True), content


def sight() -> tuple[Reads, Sight, Similarity]:
    reads, content = world()
    nothing = np.empty((0, 0), np.float32)
    return reads, sight_of(reads, nothing, content, {"colour": COLOUR}, GROUPS, LIKED), content


def test_every_number_that_is_read_by_hand() -> None:
    reads, seen, content = sight()
    found = dict(
        zip(reads.names, features_of(seen, TOLD, CANDIDATES, SCORES, 2.0).tolist(), strict=True)
    )
    alike = content.spaces["looks"].between(np.array([0, 1, 2]), CANDIDATES)
    places = content.numbers["year"].places
    far = places[3] - (places[0] + places[1]) / 2
    farther = places[4] - (places[0] + places[1]) / 2
    third = 1 / 3
    expected = {
        "score": [1, 0.5, 0],
        "log score": [0, np.log(0.5), -6],
        "log place": np.log([1, 2, 3]),
        "beside the first": [1, 0.5, 0],
        "looks, nearest": alike.max(axis=0),
        "looks, newest": alike[1:].mean(axis=0),
        "same colour, all": [2 * third, third, 0],
        "same colour, newest": [0.5, 0.5, 0],
        "same product": [1, 0, 0],
        "year, from the mean": [far, farther, 0],
        "year, how far": [abs(far), abs(farther), 0],
        "year, from the newest": [places[3] - places[1], places[4] - places[1], 0],
        "popularity": LIKED[3:6],
        "log length": [np.log(3)] * 3,
        "log moments": [np.log(2)] * 3,
        "popularity of it": [0.3] * 3,
        "first score": [1] * 3,
        "newest moment": [2] * 3,
    }
    assert list(found) == list(expected)
    for name, values in expected.items():
        assert found[name] == pytest.approx(list(values), abs=1e-5), name


def test_the_newest_thirty_are_read_and_a_late_item_as_far_as_it_is_known() -> None:
    reads, _, content = sight()
    more = {"year": Modality.of_rows(np.array([[1985.0]]), np.ones(1, bool))}
    grown = content.grown(1, more)
    groups = np.append(GROUPS, -1).astype(np.int32)
    nothing = np.empty((0, 0), np.float32)
    seen = sight_of(reads, nothing, grown, {}, groups, LIKED)
    assert seen.liked[-1] == LIKED[-1]
    assert (seen.codes[:, 0] == -1).all()
    long = History(np.array([0] * 10 + [8] * 30, np.int32), np.arange(40), np.ones(40, np.float32))
    own = features_of(seen, long, CANDIDATES, SCORES, 2.0)
    short = features_of(seen, History(long.items[10:], long.times[10:], long.weights[10:]),
                        CANDIDATES, SCORES, 2.0)  # fmt: skip
    length = [reads.names.index(name) for name in ("log length", "log moments")]
    rest = np.setdiff1d(np.arange(len(own)), length)
    np.testing.assert_array_equal(own[rest], short[rest])
    assert own[length[0], 0] == pytest.approx(np.log(40))


def test_it_says_the_same_after_it_was_written(tmp_path: Path) -> None:
    reads, seen, content = sight()
    n, rng = len(reads.names), np.random.default_rng(3)
    net = Net(*(rng.normal(size=s).astype(np.float32) for s in ((n, 5), 5, 5, 1)))
    spread = rng.uniform(0.5, 2, n).astype(np.float32)
    spread[3] = np.inf  # a number that was always the same
    mean = rng.normal(size=n).astype(np.float32)
    made = Ranker(reads, net, np.empty((0, 0), np.float32), LIKED, mean, spread, 2.0)
    made.save(tmp_path)
    again = Ranker.load(tmp_path)
    read = features_of(seen, TOLD, CANDIDATES, SCORES, 2.0).T
    z = np.clip((read - mean) / spread, -4, 4)
    inside = z @ net.hidden + net.shift
    bent = np.tanh(np.sqrt(2 / np.pi) * (inside + 0.044715 * inside**3))
    wanted = net.trust * read[:, 1] + (0.5 * inside * (1 + bent)) @ net.out
    for one in (made, again):
        own = one.sight(content, {"colour": COLOUR}, GROUPS)
        order = one.order(own, TOLD, CANDIDATES, SCORES)
        np.testing.assert_array_equal(order, np.argsort(-wanted, kind="stable"))
    assert {path.suffix for path in tmp_path.iterdir()} == {".safetensors"}


def test_words_of_which_nothing_is_known_say_nothing() -> None:
    content = Similarity.fit({"words": ["red", "red", "", "", "", "", "", ""]}, np.ones(8, bool))
    reads = Reads(words="words")
    terms = content.spaces["words"].vectors.shape[1]
    seen = sight_of(reads, np.empty((terms, 0), np.float32), content, {}, GROUPS, LIKED)
    found = features_of(seen, TOLD, CANDIDATES, SCORES, 2.0)
    assert len(found) == len(reads.names)
    assert not found[4:6].any()
    assert np.isfinite(found).all()
