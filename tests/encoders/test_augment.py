"""What is done to pictures, by hand on a few pixels."""

from __future__ import annotations

import numpy as np
import pytest

from beholder.encoders.augment import KINDS, Drawn, draw, invariance, on_arrays


def pair() -> np.ndarray:
    """Two pictures of 2 x 2: of one to four on all channels, and of tens."""
    first = np.repeat(np.array([[1, 2], [3, 4]], np.uint8)[..., None], 3, axis=2)
    return np.stack([first, first * 10])


def rows(pictures: np.ndarray, channel: int = 0) -> list[list[list[int]]]:
    found: list[list[list[int]]] = pictures[..., channel].tolist()
    return found


def test_a_flip_is_left_to_right_of_those_that_are_drawn() -> None:
    done = on_arrays(pair(), Drawn(flip=np.array([True, False])))
    assert rows(done) == [[[2, 1], [4, 3]], [[10, 20], [30, 40]]]


def test_each_channel_has_a_gain_and_none_is_above_255() -> None:
    gain = np.array([[2, 1, 1], [10, 1, 0.5]], np.float32)
    done = on_arrays(pair(), Drawn(gain=gain))
    assert rows(done)[0] == [[2, 4], [6, 8]]
    assert rows(done)[1] == [[100, 200], [255, 255]]
    assert rows(done, 2)[1] == [[5, 10], [15, 20]]


def test_a_part_is_made_grey() -> None:
    done = on_arrays(pair(), Drawn(erase=np.array([[0, 0, 1, 2], [1, 1, 2, 2]])))
    assert rows(done) == [[[127, 2], [127, 4]], [[10, 20], [30, 127]]]


def test_another_picture_is_mixed_in() -> None:
    drawn = Drawn(other=np.array([1, 1]), own=np.array([0.5, 0.9], np.float32))
    assert rows(on_arrays(pair(), drawn)) == [[[6, 11], [16, 22]], [[10, 20], [30, 40]]]


def test_a_crop_is_drawn_out_to_the_whole_side() -> None:
    done = on_arrays(pair(), Drawn(crop=np.array([[1, 1, 2, 2], [0, 0, 2, 2]])))
    assert rows(done) == [[[4, 4], [4, 4]], [[10, 20], [30, 40]]]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_drawn_is_of_one_kind_and_inside(kind: str) -> None:
    drawn = draw([kind], 50, 32, np.random.default_rng(1))  # type: ignore[list-item]
    there = {name for name, value in drawn._asdict().items() if value is not None}
    names = {"colour": {"gain"}, "mix": {"other", "own"}}
    assert there == names.get(kind, {kind})
    for boxes in (drawn.crop, drawn.erase):
        if boxes is not None:
            assert (boxes[:, :2] >= 0).all()
            assert (boxes[:, 2:] <= 32).all()
            assert (boxes[:, 2:] > boxes[:, :2]).all()


def test_a_mean_colour_does_not_mind_a_flip_and_minds_colours() -> None:
    pixels = np.random.default_rng(2).integers(0, 256, (12, 16, 16, 3)).astype(np.uint8)
    pixels[:6] //= 2
    found = invariance(lambda some: some.mean(axis=(1, 2)).astype(np.float32), pixels, 3)
    assert found["flip"] == pytest.approx(1.0, abs=1e-5)
    assert 0.3 < found["colour"] < found["flip"] - 1e-3
