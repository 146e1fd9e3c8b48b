"""How long an encoder would be tuned, and how much memory that takes: a few batches of noise."""

from __future__ import annotations

import ctypes
import gc
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.encoders.item_network import KIND as MMCNN
from beholder.encoders.item_network import LENGTH
from beholder.encoders.lite0_graph import folded
from beholder.encoders.lite0_weights import DIM, read_weights, weights_file
from beholder.networks.foreseen import Watch
from beholder.networks.mmcnn_task import tune_items
from beholder.networks.task import Options
from beholder.networks.tuned import AT_ONCE, SAMPLE, Lessons, Tuning, tune

BATCHES = 4
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
KNOWN = [f"word{number}" for number in range(2_000)]


class Sizes(NamedTuple):
    """How much there is: rows, rows that are in couples, couples, and rows that judges ask for."""

    rows: int
    coupled: int
    couples: int
    judged: int


class Cost(NamedTuple):
    """Seconds that tuning takes, and bytes beside its pictures; None: not known here."""

    seconds: float
    memory: int | None


def cost_of_tuning(tuning: Tuning, sizes: Sizes, side: int, epochs: int) -> Cost:
    """Return about what all epochs take, with what comes before and after them.

    Parameters
    ----------
    side
        Of the pictures that are looked at.
    """
    watch = Watch()
    before = _resident("VmRSS:") if _forget_most() else None
    began = time.monotonic()
    _tune(tuning, side, Options(epochs=1, progress=watch, told=watch.judged))
    whole = time.monotonic() - began
    most = _resident("VmHWM:")
    memory = None if before is None or most is None else max(most - before, 0)
    piece = watch.end - watch.moments[-1]
    learned = sizes.couples if tuning.kind == "projection" else sizes.coupled
    epoch = -(-2 * learned // tuning.batch) * watch.a_batch
    epoch += -(-sizes.judged // AT_ONCE) * piece
    looked = -(-min(sizes.rows, SAMPLE) // AT_ONCE) * piece if tuning.kind in ("last", "all") else 0
    other = max(whole - BATCHES * watch.a_batch - piece, 0)
    return Cost(other + looked + epochs * epoch, memory)


def _tune(tuning: Tuning, side: int, options: Options) -> None:
    rng = np.random.default_rng(0)
    rows = 2 * tuning.batch  # four batches an epoch
    inputs: NDArray[Any]
    if tuning.kind == "projection":
        inputs = rng.random((rows, DIM), np.float32)
    else:
        inputs = rng.integers(0, 256, (rows, side, side, 3), np.uint8)
    first = np.arange(rows)
    lessons = Lessons(inputs, first, (first + 1) % rows, first[: min(rows, AT_ONCE)])
    if tuning.kind == MMCNN:
        words, there = rng.integers(2, len(KNOWN), (rows, LENGTH)), np.ones((rows, 2), bool)
        lessons = lessons._replace(words=words, there=there)
        tune_items(lessons, KNOWN, tuning, lambda vectors: 0.0, options)
    else:
        weights = folded(read_weights(weights_file()))
        tune(weights, lessons, tuning, lambda vectors: 0.0, side, options)


def _forget_most() -> bool:
    """Have the system forget how much memory was most; whether it can.

    What this process has set free and keeps is given back first: else what is taken next seems
    little, after other work.
    """
    gc.collect()
    with suppress(AttributeError, OSError):  # other C libraries than GNU's have no such call
        ctypes.CDLL(None).malloc_trim(0)
    try:
        CLEAR.write_text("5")
    except OSError:
        return False
    return True


def _resident(name: str) -> int | None:
    """Return bytes of memory by a name of the system's table; None where it has none."""
    try:
        lines = STATUS.read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(name)]
    return int(found[0]) * 1024 if found else None
