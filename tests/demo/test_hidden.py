"""The gallery whose taste hides: the same for a seed, liked as it says, and judged by hand."""

from __future__ import annotations

import numpy as np

from beholder.demo.hidden import WEAVES, Hidden, Strangers, hidden_gallery, strangers


def test_a_seed_paints_the_same_and_another_another() -> None:
    one, again, other = (hidden_gallery(12, 6, seed, likes=3) for seed in (7, 7, 8))
    assert np.array_equal(one.pixels, again.pixels)
    assert np.array_equal(one.items, again.items)
    assert not np.array_equal(one.pixels, other.pixels)
    assert one.pixels.shape == (12, 96, 96, 3)


def test_people_like_the_weave_that_they_look_for_and_nobody_what_is_new() -> None:
    gallery = hidden_gallery(120, 60)
    fits = gallery.weaves[gallery.items] == gallery.tastes[gallery.users]
    assert 0.75 < fits.mean() < 0.97
    assert not gallery.new[gallery.items].any()
    assert (np.diff(gallery.times.reshape(60, 12), axis=1) > 0).all()
    chance = hidden_gallery(120, 60, learnable=False)
    fits = chance.weaves[chance.items] == chance.tastes[chance.users]
    assert abs(fits.mean() - 1 / len(WEAVES)) < 0.06


def test_strangers_like_what_they_look_for() -> None:
    gallery = hidden_gallery(120, 6)
    people = strangers(gallery, 20)
    assert (gallery.weaves[people.liked] == people.tastes[:, None]).all()
    assert not gallery.new[people.liked].any()


def test_ndcg_by_hand() -> None:
    none = np.empty(0, np.int64)
    new = np.array([True, True, True, False])
    weaves = np.array([0, 1, 0, 0])
    gallery = Hidden(np.empty((4, 1, 1, 3), np.uint8), weaves, new, none, none, none, none)
    people = Strangers(np.array([0, 1]), np.empty((2, 0), np.int64))
    scores = np.array([[0.3, 0.2, 0.1], [0.3, 0.2, 0.1]])
    ideal = 1 + 1 / np.log2(3)
    assert people.ndcg(gallery, scores).round(6).tolist() == [
        round((1 + 0.5) / ideal, 6),
        round(1 / np.log2(3), 6),
    ]
