"""What an evaluation may not recommend: everything met before the moment asked about."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from benchmarks.masking import Events, Masked, lacking, masks

from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log
from beholder.dataset.splits import Cases, cold_items, leave_last_out, next_basket
from beholder.spaces import Modality
from beholder.testing.sample_log import log_of_arrays

#        one person; items 0 to 9; above 0: liked, below: disliked
ITEMS = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], np.int32)
TIMES = np.array([10, 20, 20, 30, 40, 50, 60, 60, 60, 70], np.int64)
SIGNED = np.array([1, -1, 1, -1, 1, 1, -1, 1, 1, 1], np.float32)
USERS = np.zeros(10, np.int32)


def log() -> Log:
    return log_of_arrays(USERS, ITEMS, TIMES, SIGNED, 1, 10, seed=0)


def events() -> Events:
    return Events.of(USERS, ITEMS, TIMES, SIGNED, 1)


def dataset() -> Dataset:
    return Dataset(log(), {}, [""] * 10)


def test_what_was_disliked_before_is_masked_and_the_target_is_not() -> None:
    made = leave_last_out(dataset())
    assert made.cases.target(0).tolist() == [9]
    wanted = masks(events(), made.cases)
    assert wanted[0].tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8]  # 1, 3 and 6 were disliked


def test_what_was_disliked_in_the_moment_of_the_basket_is_not_masked() -> None:
    earlier = TIMES < 70
    users, items, times = USERS[earlier], ITEMS[earlier], TIMES[earlier]
    made_of = log_of_arrays(users, items, times, SIGNED[earlier], 1, 10, seed=0)
    made = next_basket(Dataset(made_of, {}, [""] * 10))
    assert sorted(made.cases.target(0).tolist()) == [7, 8]  # at 60, beside the disliked 6
    wanted = masks(Events.of(users, items, times, SIGNED[earlier], 1), made.cases)
    assert wanted[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_of_targets_at_several_moments_the_earliest_is_the_one_asked_about() -> None:
    whole = log()
    targets = np.array([8, 2], np.int32)  # liked at 60 and at 20
    cases = Cases(whole, np.zeros(1, np.int32), np.array([0, 2]), targets)
    assert masks(events(), cases)[0].tolist() == [0]


def test_this_tree_sets_every_mask_itself() -> None:
    made = leave_last_out(dataset())
    assert lacking(made.cases, masks(events(), made.cases)) == 0


def test_masks_are_added_to_what_a_tree_masks_itself_and_counted() -> None:
    made = leave_last_out(dataset())
    told = ITEMS != 6  # a tree that does not know of the dislike of 6
    log = log_of_arrays(USERS[told], ITEMS[told], TIMES[told], SIGNED[told], 1, 10, seed=0)
    cases = Cases(log, made.cases.users, made.cases.indptr, made.cases.targets)
    wanted = masks(events(), cases)
    assert lacking(cases, wanted) == 1
    masked = Masked(cases, wanted)
    assert masked.history(0).seen.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert masked.history(0).items.tolist() == cases.history(0).items.tolist()
    assert lacking(masked, wanted) == 0
    assert len(masked) == 1
    assert masked.target(0).tolist() == [9]


def test_what_was_liked_later_and_is_left_in_training_stays_masked() -> None:
    looks = Modality.of_rows(np.eye(10, dtype=np.float32), np.ones(10, bool))
    made = cold_items(replace(dataset(), pictures={"looks": looks}), seed=0, share=0.2)
    wanted = masks(events(), made.cases)
    seen = Masked(made.cases, wanted).history(0).seen
    left = made.train.interactions.items
    assert np.isin(left, seen).all()
    assert not np.isin(made.cases.target(0), seen).any()


def test_events_of_items_that_nobody_is_shown_mask_nothing() -> None:
    items = np.array([-1, 4, 5], np.int32)
    gone = Events.of(USERS[:3], items, np.array([1, 2, 3]), SIGNED[[0, 2, 4]], 1)
    assert gone.mask(0, np.array([5], np.int32)).tolist() == [4]
