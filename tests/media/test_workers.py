"""Worker processes: what a crash, a hang, a bomb and ten thousand broken pictures cost."""

from __future__ import annotations

import io
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from beholder.errors import (
    MediaCrashError,
    MediaError,
    MediaTooLargeError,
    MediaTypeError,
    OverloadedError,
    UsageError,
)
from beholder.media.workers import Workers

MEMORY = 200 * 2**20


def pool_of(task: str = "setup", count: int = 1, seconds: float = 10.0, **options: Any) -> Workers:
    return Workers(f"stunts:{task}", options, count=count, seconds=seconds, memory=MEMORY)


@pytest.fixture(scope="module")
def pool() -> Iterator[Workers]:
    with pool_of() as workers:
        yield workers


def still_works(pool: Workers) -> bool:
    return pool.run("sound", b"hello")["word"] == "hello"


@pytest.mark.parametrize(("word", "status"), [(b"abort", -signal.SIGABRT), (b"exit", 0)])
def test_a_crash_costs_one_picture_and_the_worker_is_replaced(
    pool: Workers, word: bytes, status: int
) -> None:
    before = pool.run("sound", b"hello")["process"]
    with pytest.raises(MediaCrashError, match=f"crashed .*exit status {status}"):
        pool.run(word.decode(), word)
    assert pool.run("sound", b"hello")["process"] != before


def test_a_hang_is_ended_in_time() -> None:
    with pool_of(seconds=0.3) as pool:
        began = time.monotonic()
        with pytest.raises(MediaCrashError, match=r"took longer than 0\.3 s"):
            pool.run("hang", b"hang")
        assert time.monotonic() - began < 20  # not the 60 s it would sleep
        assert still_works(pool)


def test_memory_is_limited_and_the_worker_lives(pool: Workers) -> None:
    process = pool.run("sound", b"hello")["process"]
    assert pool.run("fits", b"gobble", {"bytes": MEMORY // 2}) == {"bytes": MEMORY // 2}
    with pytest.raises(MediaTooLargeError, match="more memory"):
        pool.run("gobble", b"gobble", {"bytes": MEMORY * 2})
    assert pool.run("sound", b"hello")["process"] == process


def test_the_third_death_of_a_picture_is_its_last(pool: Workers) -> None:
    for _ in range(3):
        with pytest.raises(MediaCrashError, match="a worker was lost"):
            pool.run("killer", b"abort")
    process = pool.run("sound", b"hello")["process"]
    with pytest.raises(MediaCrashError, match="ended 3 workers"):
        pool.run("killer", b"abort")
    assert pool.run("sound", b"hello")["process"] == process
    assert (pool.deaths("killer"), pool.deaths("sound")) == (3, 0)


def test_a_refusal_comes_through_as_it_was(pool: Workers) -> None:
    with pytest.raises(MediaTypeError, match="no picture") as caught:
        pool.run("refused", b"refuse")
    assert caught.value.remedy == "send one"


def test_a_bug_is_not_taken_for_a_refusal(pool: Workers) -> None:
    with pytest.raises(RuntimeError, match="one divided by none"):
        pool.run("bug", b"bug")
    assert still_works(pool)


def test_a_worker_reaches_no_network_and_writes_no_file(pool: Workers, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="may not use socket"):
        pool.run("network", b"network")
    with pytest.raises(RuntimeError, match="File too large"):
        pool.run("write", b"write", {"path": str(tmp_path / "file")})
    assert pool.run("sound", b"hello")["threads"] == "1"


def test_a_worker_that_died_in_its_sleep_is_replaced(pool: Workers) -> None:
    process = pool.run("sound", b"hello")["process"]
    os.kill(process, signal.SIGKILL)
    os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
    assert pool.run("sound", b"hello")["process"] != process


def test_an_error_in_the_setup_is_told() -> None:
    with pool_of("broken_setup") as pool, pytest.raises(RuntimeError, match="in the setup"):
        pool.run("any", b"hello")
    with pool_of(refuse=True) as pool, pytest.raises(UsageError, match="not with these options"):
        pool.run("any", b"hello")


def test_threads_share_a_pool_and_get_their_own_answers() -> None:
    with pool_of(count=2) as pool, ThreadPoolExecutor(8) as threads:
        words = [f"word {n}" for n in range(200)]
        answers = list(threads.map(lambda word: pool.run(word, word.encode()), words))
    assert [answer["word"] for answer in answers] == words
    assert len({answer["process"] for answer in answers}) == 2


def test_a_busy_pool_says_so() -> None:
    with pool_of(seconds=1.0) as pool:
        assert still_works(pool)
        with ThreadPoolExecutor(1) as threads:
            busy = threads.submit(pool.run, "hang", b"hang")
            while pool._slots.qsize():
                time.sleep(0.01)
            with pytest.raises(OverloadedError, match="busy"):
                pool.run("next", b"hello", wait=0.05)
            assert isinstance(busy.exception(), MediaCrashError)


def test_closing_ends_the_processes_and_can_be_repeated() -> None:
    pool = pool_of()
    process = pool.run("sound", b"hello")["process"]
    pool.close()
    pool.close()
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with pytest.raises(RuntimeError, match="closed"):
        pool.run("sound", b"hello")


def seeds(rng: np.random.Generator) -> list[bytes]:
    """Small sound pictures of each format, some with metadata, alpha, palettes and frames."""
    noise = Image.fromarray(rng.integers(0, 256, (24, 40, 3), np.uint8))
    exif = Image.Exif()
    exif[0x0112] = 6
    ways: list[tuple[Image.Image, str, dict[str, Any]]] = [
        (noise, "JPEG", {"exif": exif}),
        (noise.convert("CMYK"), "JPEG", {"progressive": True}),
        (noise, "PNG", {"exif": exif}),
        (noise.convert("P"), "PNG", {}),
        (noise.convert("RGBA"), "WEBP", {"lossless": True}),
        (noise, "WEBP", {}),
        (noise.convert("P"), "GIF", {"save_all": True, "append_images": [noise.convert("P")]}),
    ]
    files = []
    for image, kind, options in ways:
        file = io.BytesIO()
        image.save(file, kind, **options)
        files.append(file.getvalue())
    return files


def mutate(rng: np.random.Generator, data: bytes) -> bytes:
    """Cut, change, repeat or drop some bytes."""
    body = bytearray(data)
    for _ in range(rng.integers(1, 6)):
        at = int(rng.integers(0, len(body)))
        length = int(rng.integers(1, 9))
        match rng.integers(0, 5):
            case 0:
                body[at] = rng.integers(0, 256)
            case 1:
                body[at : at + length] = rng.bytes(length)
            case 2:
                body[at : at + length] = b""
            case 3:
                body[at:at] = body[at : at + length]
            case _:
                body[at : at + 2] = b"\xff\xff"
        if len(body) < 2:
            break
    return bytes(body) if rng.random() < 0.9 else bytes(body[: rng.integers(1, len(body) + 1)])


def test_ten_thousand_broken_pictures_give_a_picture_or_a_clear_error() -> None:
    rng = np.random.default_rng(20)
    sound = seeds(rng)
    read = 0
    remedies: list[str] = []
    with pool_of("mutations") as pool:
        for number in range(10_000):
            data = mutate(rng, sound[number % len(sound)])
            try:
                answer = pool.run(str(number), data, {"side": 16 if number % 2 else None})
            except MediaCrashError:
                (Path(os.environ.get("TMPDIR", "/tmp")) / "crashing-picture").write_bytes(data)
                raise
            except MediaError as error:
                remedies.append(error.remedy)
            else:
                assert (answer["mode"], answer["info"]) == ("RGB", 0)
                read += 1
    assert read > 1000
    assert len(remedies) > 1000
    assert all(remedies)
