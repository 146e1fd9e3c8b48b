"""The strict reader: what its owners' files hold is read, and nothing in a file is ever run."""

from __future__ import annotations

import os
import pickle
import pickletools
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beholder.demo.strict_pickle import LARGEST, loads
from beholder.errors import DataError

PIXELS = np.arange(2 * 3072, dtype=np.uint8).reshape(2, 3072)
BATCH = {b"data": PIXELS, b"labels": [3, 9], b"filenames": [b"a.png", b"b.png"]}


MADE_BY = b"numpy.core.multiarray\n_reconstruct"


def of_python_2(numbers: bytes = PIXELS.tobytes(), name: bytes = MADE_BY) -> bytes:
    """A batch as Python 2 wrote it: texts are strings of bytes."""

    def text(value: bytes) -> bytes:
        return (
            b"U" + bytes([len(value)]) + value
            if len(value) < 256
            else (b"T" + len(value).to_bytes(4, "little") + value)
        )

    dtype = (
        b"cnumpy\ndtype\nq\x02("
        + text(b"u1")
        + b"K\x00K\x01tR(K\x03"
        + text(b"|")
        + b"NNN"
        + (b"J\xff\xff\xff\xff" * 2 + b"K\x00tb")
    )
    array = (
        b"c"
        + name
        + b"\n(cnumpy\nndarray\n(K\x00t"
        + text(b"b")
        + b"tR(K\x01(K\x02M\x00\x0ct"
        + dtype
        + b"\x89"
        + text(numbers)
        + b"tb"
    )
    return b"\x80\x02}(" + text(b"data") + array + text(b"labels") + b"](K\x03K\te" + b"u."


def test_a_batch_of_python_2_is_read() -> None:
    found = loads(of_python_2(), "data_batch_1")
    np.testing.assert_array_equal(found[b"data"], PIXELS)
    assert found[b"labels"] == [3, 9]
    theirs = pickle.loads(of_python_2(), encoding="bytes")
    np.testing.assert_array_equal(theirs[b"data"], found[b"data"])


@pytest.mark.parametrize("protocol", [2, 3, 4])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_batch_of_python_3_is_read(protocol: int, order: Any) -> None:
    batch = {**BATCH, b"data": np.asarray(PIXELS, order=order)}
    found = loads(pickle.dumps(batch, protocol), "data_batch_1")
    np.testing.assert_array_equal(found.pop(b"data"), PIXELS)
    assert found == {b"labels": [3, 9], b"filenames": [b"a.png", b"b.png"]}


class Runs:
    """What runs a command when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize("protocol", [0, 1, 2, 3, 4, 5])
def test_a_command_is_never_run(tmp_path: Path, protocol: int) -> None:
    for value in (Runs(tmp_path / "ran"), {b"data": Runs(tmp_path / "ran")}):
        with pytest.raises(DataError, match=r"asks for (posix|os|nt)\.system|instead|not needed"):
            loads(pickle.dumps(value, protocol), "x")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "value",
    [
        [1, 2],
        {b"data": np.zeros(3, np.float32)},
        {b"data": np.array([Path], object)},
        {b"data": 1.5},
        {b"data": {b"a": 1}},
        {b"data": {1, 2}},
        {b"labels": [[1]]},
        {1: b"a"},
        {b"data": None},
        {b"data": np.ndarray},
        {b"data": len},
        {b"data": bytearray(b"x")},
    ],
)
def test_anything_else_is_refused(value: object) -> None:
    for protocol in (2, 4):
        with pytest.raises(DataError, match="is not read"):
            loads(pickle.dumps(value, protocol), "x")


def test_names_and_shapes_that_do_not_fit_are_refused() -> None:
    for data in (
        of_python_2(name=b"numpy.core.multiarray\nfromfile"),
        of_python_2(name=b"builtins\neval"),
        of_python_2(numbers=PIXELS.tobytes()[:-1]),
        b"\x80\x04" + b"N" * (LARGEST + 1),
        b"\x80\x04r\xff\xff\xff\x7f.",
        b"",
        b".",
    ):
        with pytest.raises(DataError):
            loads(data, "x")


def test_a_file_cut_anywhere_is_refused() -> None:
    whole = of_python_2()
    for end in [*range(400), *range(400, len(whole), 97)]:
        with pytest.raises(DataError):
            loads(whole[:end], "x")


def test_changed_files_never_do_more_than_fail() -> None:
    """Every instruction that there is, and random bytes, in place of some of a good file's."""
    rng = random.Random(5)
    whole = bytearray(pickle.dumps(BATCH, 2))
    heads = [i for i in range(len(whole)) if i < 150 or i > len(whole) - 150]
    codes = [ord(each.code) for each in pickletools.opcodes]
    for _ in range(3000):
        data = bytearray(whole)
        for place in rng.sample(heads, rng.randint(1, 4)):
            data[place] = rng.choice(codes) if rng.random() < 0.7 else rng.randrange(256)
        try:
            found = loads(bytes(data), "x")
        except DataError:
            continue
        kinds = list | int | str | bytes | np.ndarray
        assert all(isinstance(value, kinds) for value in found.values())


def test_a_file_that_makes_more_of_itself_is_refused() -> None:
    text = b"X" + (2**20).to_bytes(4, "little") + b"a" * 2**20
    again = b"c_codecs\nencode\n(h\x00X\x06\x00\x00\x00latin1tR"
    data = b"\x80\x02" + text + b"q\x00(" + again * 70 + b"l."
    with pytest.raises(DataError, match="more of itself"):
        loads(data, "x")


@given(st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with suppress(DataError):
        assert loads(data, "x") == {}
