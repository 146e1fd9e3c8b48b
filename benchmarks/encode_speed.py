"""How fast pictures become stored vectors, against the network alone in the same run.

    python -m benchmarks.encode_speed [--pictures 120] [--folder DIR] [--out FILE]

The network alone is measured on ready arrays in two ways: one session over all cores, and as
many one-thread processes as the road has workers. The road is `encode_pictures`: read the
file, decode, crop, encode, store; with and without renditions and the colour encoder. The
first picture of each process, its start with it, is left out. CPU time a picture is reported
too: it says the same on a machine that does other things. The pictures are made with a seed,
or taken from a folder.
"""

from __future__ import annotations

import argparse
import io
import resource
import statistics
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from beholder.encoders.efficientnet_lite0 import EfficientNetLite0, pixels
from beholder.encoders.lite0_graph import graph_file
from beholder.encoders.picture_workers import cores
from beholder.encoders.run import encode_pictures
from beholder.media import originals
from beholder.progress import Silent
from beholder.workspace import Workspace
from benchmarks.results import write

SIZES = (224, 800, 2000)
NET = ["efficientnet-lite0"]
BOTH = ["efficientnet-lite0", "colour"]
ALL_CORES = "network alone, one session on all cores"
PROCESSES = "network alone, one-thread processes"
CHILDREN = resource.RUSAGE_CHILDREN


class Found(NamedTuple):
    """Pictures per second by the clock, and CPU milliseconds a picture."""

    rate: float
    cpu_ms: float


def pictures_of(rng: np.random.Generator, side: int, count: int) -> list[bytes]:
    """Many files of a few pictures; a comment makes each another content."""
    few = [picture(rng, side) for _ in range(6)]
    marks = [f"{number:06d}".encode() for number in range(count)]
    return [
        few[number % 6][:2] + b"\xff\xfe\x00\x08" + mark + few[number % 6][2:]
        for number, mark in enumerate(marks)
    ]


def picture(rng: np.random.Generator, side: int) -> bytes:
    """A JPEG with a detail spectrum like a photograph's (1/f), about 1.2 bits a pixel."""
    total = np.zeros((side, side, 3), np.float32)
    cells = 4
    while cells < side:
        noise = rng.integers(0, 256, (cells, cells, 3), np.uint8)
        octave = Image.fromarray(noise).resize((side, side), Image.Resampling.BICUBIC)
        total += (np.asarray(octave, np.float32) - 128) * (3 / cells**0.6)
        cells *= 2
    body = np.clip(total * 0.8 + 128, 0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(body).save(file, "JPEG", quality=85)
    return file.getvalue()


def alone(graph: str, count: int, threads: int) -> Found:
    """The network alone on a ready array, one by one."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    batch = pixels([Image.fromarray(noise)])
    session.run(["feature", "logits"], {"pixels": batch})
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(count):
        session.run(["feature", "logits"], {"pixels": batch})
    cpu_ms = (time.process_time() - cpu) / count * 1000
    return Found(count / (time.perf_counter() - began), cpu_ms)


def network(graph: str, count: int, workers: int) -> dict[str, Found]:
    """The network alone in two ways."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        each = [graph] * workers, [count // workers] * workers, [1] * workers
        apart = list(pool.map(alone, *each))
    return {
        ALL_CORES: alone(graph, count, workers),
        PROCESSES: Found(
            sum(one.rate for one in apart), statistics.mean(one.cpu_ms for one in apart)
        ),
    }


class Times(Silent):
    """Notes when each picture was done, and when all were stored."""

    def __init__(self) -> None:
        self.done: list[float] = []
        self.stored = 0.0

    def advance(self, n: int = 1) -> None:
        self.done.append(time.perf_counter())

    def finish(self) -> None:
        self.stored = time.perf_counter()


def road(files: list[bytes], encoders: list[str], workers: int, rendered: bool) -> Found:
    """The whole road from file to stored vector, after each process has done its first."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace.create(Path(folder) / "ws", "")
        keys = [originals.keep(workspace.media, data) for data in files]
        start = partial(encode_pictures, workspace, workers=workers, with_renditions=rendered)
        start(keys[:workers], encoders)  # builds the graph
        before = used()
        start(keys[workers : 2 * workers], encoders)
        startup = used() - before
        times, before = Times(), used()
        start(keys[2 * workers :], encoders, times)
        count = len(keys) - 2 * workers
        seconds = times.stored - times.done[workers - 1]
        cpu = (used() - before - startup) / (count - workers)
        return Found((count - workers) / seconds, cpu * 1000)


def used() -> float:
    """CPU seconds of this process and of those it has waited for."""
    ours, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, CHILDREN))
    return ours.ru_utime + ours.ru_stime + theirs.ru_utime + theirs.ru_stime


def measure(
    files: dict[str, list[bytes]], graph: str, workers: int, rounds: int
) -> dict[str, dict[str, dict[str, float]]]:
    """Return medians over rounds in which every way takes its turn."""
    ways = {
        "road, network only": (NET, False),
        "road, with colour": (BOTH, False),
        "road, with colour and renditions": (BOTH, True),
    }
    found: dict[str, dict[str, list[Found]]] = {size: {} for size in files}
    for _ in range(rounds):
        for size, pictures in files.items():
            one = network(graph, len(pictures), workers)
            for way, (encoders, rendered) in ways.items():
                one[way] = road(pictures, encoders, workers, rendered)
            for way, each in one.items():
                found[size].setdefault(way, []).append(each)
    return {size: {way: _median(each) for way, each in of.items()} for size, of in found.items()}


def shares(ways: dict[str, dict[str, float]]) -> dict[str, float]:
    """Return the speed of the road as a share of the network's, by each reckoning."""
    rate = ways["road, network only"]["pictures_per_second"]
    return {
        "by the clock, of one session on all cores": round(
            rate / ways[ALL_CORES]["pictures_per_second"], 3
        ),
        "by the clock, of one-thread processes": round(
            rate / ways[PROCESSES]["pictures_per_second"], 3
        ),
        "by CPU time, of one-thread processes": round(
            ways[PROCESSES]["cpu_ms"] / ways["road, network only"]["cpu_ms"], 3
        ),
    }


def _median(found: list[Found]) -> dict[str, float]:
    return {
        "pictures_per_second": round(statistics.median(each.rate for each in found), 1),
        "cpu_ms": round(statistics.median(each.cpu_ms for each in found), 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100, help="of each size")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=cores())
    parser.add_argument("--folder", type=Path, help="pictures to take instead of made ones")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    rng = np.random.default_rng(8)
    if chosen.folder:
        paths = sorted(path for path in chosen.folder.iterdir() if path.is_file())
        files = {"folder": [path.read_bytes() for path in paths[: chosen.pictures]]}
    else:
        files = {str(side): pictures_of(rng, side, chosen.pictures) for side in SIZES}
    with tempfile.TemporaryDirectory() as graphs:
        EfficientNetLite0(Path(graphs))
        found = measure(files, str(graph_file(Path(graphs))), chosen.workers, chosen.rounds)
    result = {
        "workers": chosen.workers,
        "kilobytes": {
            size: round(statistics.mean(map(len, each)) / 1000, 1) for size, each in files.items()
        },
        "ways": found,
        "share_of_network": {size: shares(ways) for size, ways in found.items()},
    }
    write("S1-encode", result, chosen.out)


if __name__ == "__main__":
    main()
