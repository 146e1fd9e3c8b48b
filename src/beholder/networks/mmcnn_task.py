"""Training the network of pictures and words, end to end on what people like together.

The loss is that of every tuned encoder. So that either half stands alone, one in ten items of a
batch is shown without its picture, and one in ten without its words (Neverova et al., 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from beholder.encoders import mmcnn_graph, own_graph
from beholder.encoders.interface import Array, open_session
from beholder.encoders.item_network import FIRST, SEEN, THERE, WORDS
from beholder.networks.loop import fit
from beholder.networks.mmcnn import Mmcnn
from beholder.networks.task import Options
from beholder.networks.tuned import (
    AT_ONCE,
    COMPARED,
    Judge,
    Lessons,
    Tuned,
    TuneTask,
    Tuning,
    refuse_apart,
    seen_twice,
    tensor,
)

MEASURED = 500  # pictures that the usual colours are measured on, about
HIDDEN = 0.1  # of pictures, and of words, that are not shown while learning


class MmcnnTask(TuneTask):
    """The network as the loop trains it; the lessons have words."""

    def drawn(
        self, rows: NDArray[np.int64], right: Array, rng: np.random.Generator
    ) -> tuple[Any, Array]:
        """Return pixels, words and what is there: never neither of them."""
        pixels, right = super().drawn(rows, right, rng)
        words, there = self.told(rows)
        chance = rng.random(len(rows))[:, None] < (HIDDEN, 2 * HIDDEN)
        chance[:, 1] &= ~chance[:, 0]
        shown = there & ~(chance & there.all(axis=1, keepdims=True))
        return (pixels, torch.from_numpy(words), _numbers(shown)), right

    def asked(self, inputs: Any) -> Any:
        """Return the vectors of items as they were drawn."""
        return self.module(*inputs)

    def vectors(self, rows: NDArray[np.int64]) -> Array:
        """Return the vectors of some items, without learning."""
        device = next(self.module.parameters()).device
        found = []
        with torch.no_grad():
            for start in range(0, len(rows), AT_ONCE):
                some = rows[start : start + AT_ONCE]
                words, there = self.told(some)
                parts = tensor(self.lessons.inputs[some]), torch.from_numpy(words), _numbers(there)
                vectors = self.module(*(part.to(device) for part in parts))
                found.append(vectors.float().cpu().numpy())
        return np.concatenate(found)

    def told(self, rows: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return codes of words, and what is there, of some rows."""
        assert self.lessons.words is not None
        assert self.lessons.there is not None
        return self.lessons.words[rows], self.lessons.there[rows]


def tune_items(
    lessons: Lessons, vocabulary: Sequence[str], tuning: Tuning, judge: Judge, options: Options
) -> Tuned:
    """Train, and export what was learned; raises as `tuned.tune` does."""
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        mean, deviation = _channels(lessons)
        with torch.random.fork_rng():
            torch.manual_seed(options.seed)
            module = Mmcnn(mean, deviation, FIRST + len(vocabulary), tuning.words)
        task = MmcnnTask(module, lessons, tuning, judge)
        trained = fit(task, options)
        module.cpu()
        side = lessons.inputs.shape[1]
        weights = {name: value.numpy() for name, value in module.state_dict().items()}
        onnx = mmcnn_graph.write(weights, vocabulary, side, tuning.views)
        _compare(onnx, task)
        return Tuned(onnx, trained)
    finally:
        torch.set_num_threads(before)


def _channels(lessons: Lessons) -> tuple[list[float], list[float]]:
    """Return mean and deviation of each channel, over pictures that there are."""
    assert lessons.there is not None
    pictured = np.flatnonzero(lessons.there[:, 0])
    shown = lessons.inputs[pictured[:: max(1, len(pictured) // MEASURED)]]
    if not len(shown):
        return [127.0] * 3, [64.0] * 3
    pixels = shown.reshape(-1, 3).astype(np.float32)
    return pixels.mean(axis=0).tolist(), np.maximum(pixels.std(axis=0), 1.0).tolist()


def _compare(onnx: bytes, task: MmcnnTask) -> None:
    rows = np.arange(min(COMPARED, len(task.lessons.inputs)))
    words, there = task.told(rows)
    pixels, session = tensor(task.lessons.inputs[rows]), open_session(onnx)
    asked = {own_graph.INPUT: np.ascontiguousarray(pixels.numpy())}
    (seen,) = session.run([own_graph.OUTPUT], asked)
    module = task.module
    refuse_apart(
        seen, seen_twice(lambda each: module.seen(each).numpy(), pixels, task.tuning.views)
    )
    both = {WORDS: words, SEEN: seen, THERE: there.astype(np.float32)}
    (ours,) = session.run([mmcnn_graph.ITEMS], asked | both)
    with torch.no_grad():
        told = module.told(torch.from_numpy(words))
        theirs = module.weighed(torch.from_numpy(seen), told, _numbers(there)).numpy()
    refuse_apart(ours, theirs)


def _numbers(there: NDArray[np.bool_]) -> Any:
    return torch.from_numpy(there.astype(np.float32))
