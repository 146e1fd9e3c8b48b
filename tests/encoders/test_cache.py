"""The cache of vectors: what is written is found again, and what is cut is made again."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from beholder.encoders.cache import VectorCache, folder_name, smallest
from beholder.encoders.picture_facts import Facts, PictureFacts, Refusal, Refusals
from beholder.errors import DataError, ShapeError


def hashes(*words: str) -> list[str]:
    return [hashlib.sha256(word.encode()).hexdigest() for word in words]


def cache(folder: Path) -> VectorCache:
    return VectorCache(folder, "colour", "1", dim=4)


def test_what_was_written_is_found_by_another_reader(tmp_path: Path) -> None:
    a, b, c = hashes("a", "b", "c")
    cache(tmp_path).write([a, b], np.array([[1, 2, 3, 4], [5, 6, 7, 8]]))
    cache(tmp_path).write([c], np.array([[9, 9, 9, 9]]), {"classes": np.array([[0.5, 0.25]])})
    reader = cache(tmp_path)
    vectors, present = reader.load([c, *hashes("absent"), a, a])
    assert vectors.tolist() == [[9, 9, 9, 9], [0, 0, 0, 0], [1, 2, 3, 4], [1, 2, 3, 4]]
    assert present.tolist() == [True, False, True, True]
    assert vectors.dtype == np.float32
    classes, present = reader.load([a, c], "classes")
    assert classes.tolist() == [[0, 0], [0.5, 0.25]]
    assert present.tolist() == [False, True]
    assert reader.missing([c, *hashes("absent"), a, *hashes("absent")]) == hashes("absent")


def test_rows_of_many_shards_are_told_apart(tmp_path: Path) -> None:
    """Also those of shards that came after the reader had looked."""
    names = [str(number) for number in range(12)]
    expected = np.arange(12.0)[:, None] * np.ones(4)
    reader = cache(tmp_path)
    for start, stop in ((0, 3), (3, 4), (4, 9), (9, 12)):
        cache(tmp_path).write(hashes(*names[start:stop]), expected[start:stop])
        vectors, present = reader.load(hashes(*names))
        assert present.tolist() == [number < stop for number in range(12)]
        np.testing.assert_array_equal(vectors[:stop], expected[:stop])


def test_a_reader_sees_what_comes_later(tmp_path: Path) -> None:
    reader = cache(tmp_path)
    assert reader.missing(hashes("a")) == hashes("a")
    assert reader.load(hashes("a"))[0].shape == (1, 4)
    cache(tmp_path).write(hashes("a"), np.ones((1, 4)))
    assert reader.missing(hashes("a")) == []


def test_another_version_shares_nothing(tmp_path: Path) -> None:
    cache(tmp_path).write(hashes("a"), np.ones((1, 4)))
    assert VectorCache(tmp_path, "colour", "2").missing(hashes("a")) == hashes("a")
    assert folder_name("onnx:/nets/My Clip.onnx") == "onnx-my-clip"
    assert "/" not in folder_name("onnx:../../etc/passwd")


def test_a_shard_cut_anywhere_is_passed_over_and_dropped(tmp_path: Path) -> None:
    cache(tmp_path).write(hashes("sound"), np.ones((1, 4)))
    before = set(tmp_path.rglob("*.safetensors"))
    cache(tmp_path).write(hashes("a", "b"), np.ones((2, 4)))
    (shard,) = set(tmp_path.rglob("*.safetensors")) - before
    whole = shard.read_bytes()
    for length in range(0, len(whole), 10):
        shard.write_bytes(whole[:length])
        reader = cache(tmp_path)
        assert reader.missing(hashes("a", "b", "sound")) == hashes("a", "b")
        assert reader.shards.broken == [shard]
    assert cache(tmp_path).shards.drop_broken() == 1
    assert set(tmp_path.rglob("*.safetensors")) == before


@pytest.mark.parametrize("bit", [1, 4, 128])
def test_a_shard_with_a_byte_changed_anywhere_is_never_read(tmp_path: Path, bit: int) -> None:
    """Whatever its rows would be: a wrong vector is worse than none."""
    classes = np.arange(6.0).reshape(2, 3)
    cache(tmp_path).write(hashes("a", "b"), np.array([[1, 2, 3, 4], [5, 6, 7, 8]]), {"c": classes})
    (shard,) = tmp_path.rglob("*.safetensors")
    whole = shard.read_bytes()
    for place in range(len(whole)):
        shard.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        reader = cache(tmp_path)
        lost = reader.missing(hashes("a", "b"))
        if not lost:  # a letter of what the file does not say of its rows, such as a blank
            vectors, present = reader.load(hashes("a", "b"))
            assert present.all()
            assert vectors.tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
        else:
            assert lost == hashes("a", "b")
            assert reader.shards.broken == [shard]
    shard.write_bytes(whole)
    assert cache(tmp_path).missing(hashes("a", "b")) == []


def test_a_shard_of_another_encoder_is_none_of_ours(tmp_path: Path) -> None:
    """Nor is one whose rows are not of its hashes."""
    other = VectorCache(tmp_path, "other", "1", dim=2)
    other.write(hashes("a"), np.ones((1, 2)))
    cache(tmp_path).write(hashes("b"), np.ones((1, 4)))
    (foreign,) = other.shards.folder.iterdir()
    placed = cache(tmp_path).shards.folder / "foreign.safetensors"
    shutil.copy(foreign, placed)
    reader = cache(tmp_path)
    assert reader.load(hashes("a", "b"))[1].tolist() == [False, True]
    assert reader.missing(hashes("a", "b")) == hashes("a")
    assert reader.shards.broken == [placed]
    keys = np.zeros((2, 32), np.uint8)
    save_file({"hashes": keys, "vectors": np.ones((1, 4), np.float32)}, placed)
    assert cache(tmp_path).missing(["00" * 32]) == ["00" * 32]


def test_a_shard_that_the_system_does_not_give_is_not_passed_over(tmp_path: Path) -> None:
    """The library calls it one that is not there; its rows would be missing without a word."""
    cache(tmp_path).write(hashes("a"), np.ones((1, 4)))
    reader = cache(tmp_path)
    (path,) = reader.shards.folder.iterdir()
    path.rename(tmp_path / "away")
    path.symlink_to(path)  # opening it is refused for a reason of its own, to anybody
    with pytest.raises(OSError, match="Too many levels of symbolic links"):
        reader.load(hashes("a"))
    path.unlink()
    (tmp_path / "away").rename(path)
    assert reader.load(hashes("a"))[1].tolist() == [True]


def test_a_shard_that_could_not_be_looked_at_is_looked_at_again(tmp_path: Path) -> None:
    cache(tmp_path).write(hashes("a"), np.ones((1, 4)))
    reader = cache(tmp_path)
    (path,) = reader.shards.folder.iterdir()
    whole = path.read_bytes()
    reader.shards._look()
    path.rename(tmp_path / "away")
    path.symlink_to(path)
    with pytest.raises(OSError, match="symbolic links"):
        reader.load(hashes("a"))
    path.unlink()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert reader.load(hashes("a"))[1].tolist() == [False]
    assert reader.shards.broken == [path]


def test_a_shard_that_another_process_drops_after_the_look_is_missing(tmp_path: Path) -> None:
    cache(tmp_path).write(hashes("a"), np.ones((1, 4)))
    reader = cache(tmp_path)
    assert reader.missing(hashes("a")) == []
    (path,) = reader.shards.folder.iterdir()
    path.unlink()
    assert reader.load(hashes("a"))[1].tolist() == [False]


def test_a_shard_without_a_checksum_is_of_before_there_were_some(tmp_path: Path) -> None:
    reader = cache(tmp_path)
    reader.shards.folder.mkdir(parents=True)
    keys = np.frombuffer(bytes.fromhex(hashes("a")[0]), np.uint8).reshape(1, 32)
    save_file(
        {"hashes": keys, "vectors": np.ones((1, 4), np.float32)},
        reader.shards.folder / "old.safetensors",
    )
    assert reader.load(hashes("a"))[0].tolist() == [[1, 1, 1, 1]]


def test_rows_and_hashes_must_agree(tmp_path: Path) -> None:
    with pytest.raises(ShapeError, match="1 rows for 2 hashes"):
        cache(tmp_path).write(hashes("a", "b"), np.ones((1, 4)))


@settings(max_examples=50)
@given(scale=st.sampled_from([1e-9, 1e-3, 1.0, 1e3, 1e6]), seed=st.integers(0, 2**32 - 1))
def test_storing_changes_a_vector_by_less_than_a_thousandth(scale: float, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(0, scale, (5, 96)).astype(np.float32)
    stored = smallest(rows)
    error = np.linalg.norm(stored.astype(np.float32) - rows, axis=1)
    assert (error <= 1e-3 * np.linalg.norm(rows, axis=1)).all()
    assert stored.dtype == (np.float16 if 1e-3 <= scale <= 1e3 else np.float32)


def write_until_killed(folder: Path, started: Path) -> None:
    writer = cache(folder)
    for number in range(1_000_000):
        writer.write(hashes(str(number)), np.full((1, 4), number % 1000))
        started.touch()


def test_a_writer_killed_in_the_middle_leaves_only_whole_shards(tmp_path: Path) -> None:
    for attempt in range(3):
        folder = tmp_path / str(attempt)
        mark = tmp_path / f"{attempt}.started"
        writer = multiprocessing.get_context("spawn").Process(
            target=write_until_killed, args=(folder, mark)
        )
        writer.start()
        while not mark.exists():
            time.sleep(0.001)
        time.sleep(0.005 * attempt)
        os.kill(writer.pid or 0, signal.SIGKILL)
        writer.join()
        writer.close()
        reader = cache(folder)
        written = len(list(folder.rglob("[0-9a-f]*.safetensors")))
        vectors, present = reader.load(hashes(*map(str, range(written))))
        assert present.all()
        assert (vectors[:, 0] == np.arange(written) % 1000).all()
        assert reader.shards.broken == []


def test_facts_and_refusals_are_kept(tmp_path: Path) -> None:
    a, b = hashes("a", "b")
    facts = PictureFacts(tmp_path)
    assert facts.load([a]) == {}
    facts.write({a: Facts(640, 480, "#00ff7f"), b: Facts(1, 2, "#ffffff")})
    again = PictureFacts(tmp_path).load([b, *hashes("absent"), a])
    assert again == {b: Facts(1, 2, "#ffffff"), a: Facts(640, 480, "#00ff7f")}
    refusals = Refusals(tmp_path)
    assert refusals.load() == {}
    refusals.save({a: Refusal(a, "media-type", "no picture")})
    assert Refusals(tmp_path).load() == {a: Refusal(a, "media-type", "no picture")}
    refusals.path.write_text("[{]")
    with pytest.raises(DataError, match="cannot be read"):
        refusals.load()
