"""Room behind an array: what was handed out stays as it was, whoever grows."""

from __future__ import annotations

import threading

import numpy as np

from beholder.index import IVF, Exact
from beholder.index.room import LEAST, SPARE, Room, appended

RNG = np.random.default_rng(4)


def rows_of(n: int, dim: int = 3) -> np.ndarray:
    return RNG.random((n, dim), np.float32)


def unit_rows(n: int) -> np.ndarray:
    rows = RNG.standard_normal((n, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_rows_stand_behind_those_before() -> None:
    first, second, third = rows_of(5), rows_of(2), rows_of(1)
    two, room = appended(first, second, None)
    three, same = appended(two, third, room)
    np.testing.assert_array_equal(two, np.concatenate([first, second]))
    np.testing.assert_array_equal(three, np.concatenate([first, second, third]))
    assert same is room
    assert np.shares_memory(two, three)  # one more row copied no other


def test_what_is_given_is_neither_written_to_nor_held() -> None:
    first, second = rows_of(4), rows_of(2)
    before = first.copy()
    both, _ = appended(first, second, None)
    first[:] = second[:] = -1
    np.testing.assert_array_equal(both[:4], before)
    assert (both >= 0).all()


def test_two_states_that_grow_from_one_keep_their_own() -> None:
    state, room = appended(rows_of(5), rows_of(1), None)
    one, other = rows_of(2), rows_of(2)
    first, first_room = appended(state, one, room)
    second, second_room = appended(state, other, room)
    assert (first_room is room, second_room is room) == (True, False)
    np.testing.assert_array_equal(first, np.concatenate([state, one]))
    np.testing.assert_array_equal(second, np.concatenate([state, other]))
    more, even_more = rows_of(1), rows_of(1)  # and each of them goes on growing
    np.testing.assert_array_equal(appended(first, more, first_room)[0][-1:], more)
    np.testing.assert_array_equal(appended(second, even_more, second_room)[0][-1:], even_more)
    np.testing.assert_array_equal(first[-2:], one)
    np.testing.assert_array_equal(second[-2:], other)


def test_an_older_state_keeps_its_rows_while_a_newer_one_grows() -> None:
    state, room = appended(rows_of(3), rows_of(1), None)
    states = [(state, state.copy())]
    for _ in range(3 * LEAST):  # beyond the first room and the next
        state, room = appended(state, rows_of(1), room)
        states.append((state, state.copy()))
    for length, (kept, expected) in enumerate(states, 4):
        assert kept.shape == (length, 3)
        np.testing.assert_array_equal(kept, expected)


def test_beyond_its_capacity_it_moves_into_a_larger_one() -> None:
    first = rows_of(10)
    state, room = appended(first, rows_of(1), None)
    full, same = appended(state, rows_of(LEAST), room)
    assert same is room
    over, other = appended(full, rows_of(1), room)
    assert other is not room
    assert not np.shares_memory(full, over)
    np.testing.assert_array_equal(over[:-1], full)


def test_a_large_array_has_room_for_an_eighth_more() -> None:
    n = 8 * 1000
    spare = int(SPARE * n)
    state, room = appended(np.zeros((n, 1), np.float32), rows_of(1, 1), None)
    state, same = appended(state, rows_of(spare, 1), room)
    assert (len(state), same is room) == (n + 1 + spare, True)
    assert appended(state, rows_of(1, 1), room)[1] is not room


def test_no_rows_more_are_no_rows_more() -> None:
    state, room = appended(rows_of(3), rows_of(0), None)
    again, same = appended(state, rows_of(0), room)
    assert same is room
    np.testing.assert_array_equal(again, state)


def test_of_several_who_append_to_one_state_one_gets_the_room() -> None:
    base = rows_of(50)
    room = Room(base, 1)
    state = room.append(50, rows_of(1))
    assert state is not None
    expected = state.copy()
    own = [np.full((4, 3), number, np.float32) for number in range(8)]
    found: list[np.ndarray | None] = [None] * len(own)

    def append(number: int) -> None:
        found[number] = appended(state, own[number], room)[0]

    threads = [threading.Thread(target=append, args=(number,)) for number in range(len(own))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for rows, grown in zip(own, found, strict=True):
        assert grown is not None
        np.testing.assert_array_equal(grown, np.concatenate([expected, rows]))
    assert sum(grown is not None and np.shares_memory(grown, state) for grown in found) == 1


def test_both_indexes_grow_in_room() -> None:
    vectors = unit_rows(300)
    for index in (Exact.over(vectors), IVF.over(vectors)):
        once = index.add(unit_rows(2))
        twice, aside = once.add(unit_rows(1)), once.add(unit_rows(1))
        assert np.shares_memory(once.vectors, twice.vectors)
        assert not np.shares_memory(twice.vectors, aside.vectors)
        for grown in (twice, aside):
            found = grown.search(grown.vectors[-1:], 1).positions
            assert found.tolist() == [[302]]
