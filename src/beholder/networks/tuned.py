"""Tuning EfficientNet-Lite0, or a map behind it, on what people like together.

    loss = - mean over i of sum over j of t_ij log softmax_j(u_i u_j / tau - log q_j)

u are unit vectors of the pictures of a batch, t_ij the share of couples of picture i that are with
j, q_j how often a picture is among all couples, so that popular ones are no worse for being drawn
more often (Yi et al., RecSys 2019; several right ones a row as in Khosla et al., NeurIPS 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from beholder.encoders import augment, own_graph
from beholder.encoders.interface import Array, open_session
from beholder.encoders.item_network import Reads
from beholder.encoders.lite0_weights import Weights
from beholder.encoders.own_graph import Linear
from beholder.errors import DataError
from beholder.networks.augment import on_tensors
from beholder.networks.digest import digest_of
from beholder.networks.lite0 import LAST, Lite0
from beholder.networks.loop import fit
from beholder.networks.task import Options, Trained
from beholder.settings import Augmentation

TAU = 0.1
DIM = 128  # of the vectors at most
RIDGE = 0.05  # of the largest variance: how far weak directions are drawn out at the beginning
DROPOUT = 0.1  # of the features, where only the map behind them is learned
AT_ONCE = 100  # pictures that are looked at without learning
SAMPLE = 2_000  # pictures whose features the map begins with
COMPARED = 8  # pictures that the written network is compared on
CLOSE = 1e-3  # how far the exported network may be from the tuned one, of the vectors' length

Judge = Callable[[Array], float]


class Lessons(NamedTuple):
    """What is learned from.

    Attributes
    ----------
    inputs
        Pictures uint8 (m, side, side, 3), or their features float32 (m, 1280).
    first, second
        int64 (p,). Couples that somebody liked both of, as rows of the inputs.
    judged
        int64, rising. The rows whose vectors the judge looks at.
    words, there
        Where words are read: their codes, int64 (m, length), and whether there are a picture and
        words, bool (m, 2).
    made
        What all of it was made of, in a few letters: a judge knows more of it than stands here.
    """

    inputs: NDArray[Any]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    judged: NDArray[np.int64]
    words: NDArray[np.int64] | None = None
    there: NDArray[np.bool_] | None = None
    made: str = ""


class Tuning(NamedTuple):
    """How it is tuned, besides what the loop is told.

    Attributes
    ----------
    kind
        `projection`, `last` or `all`.
    batch
        Pictures at once, at most.
    augment
        What is done to pictures while learning.
    views
        Of the network that is written: 1, or 2 with the mirror image.
    words
        What reads words, where they are read.
    """

    kind: str
    batch: int
    augment: tuple[Augmentation, ...] = ()
    views: int = 1
    words: Reads = "conv"


class Tuned(NamedTuple):
    """What came of it: one ONNX file."""

    onnx: bytes
    trained: Trained


class TuneTask:
    """A network that is tuned, as the loop trains it.

    Parameters
    ----------
    module
        From inputs to vectors.
    judge
        Says how good vectors of the judged rows are: the more, the better.
    """

    watched, higher = "ndcg", True

    def __init__(self, module: Any, lessons: Lessons, tuning: Tuning, judge: Judge) -> None:
        self.name = f"tuning {tuning.kind}"
        self.module, self.lessons, self.tuning, self.judge = module, lessons, tuning, judge
        m = len(lessons.inputs)
        ones = np.ones(2 * len(lessons.first), np.float32)
        both = np.concatenate([lessons.first, lessons.second])
        others = np.concatenate([lessons.second, lessons.first])
        self.couples = sp.csr_array((ones, (both, others)), shape=(m, m))
        self.couples.sum_duplicates()
        counts = np.bincount(both, minlength=m)
        self.logq = np.log(np.maximum(counts, 1) / max(len(both), 1)).astype(np.float32)
        self.known = int((counts > 0).sum())
        arrays = (part for part in lessons if isinstance(part, np.ndarray))
        self.data = digest_of(arrays, lessons.made)
        self.settings = {
            "tune-encoder": tuning.kind,
            "batch-size": str(tuning.batch),
            "augment": " ".join(sorted(tuning.augment)) or "none",
            "views": str(tuning.views),
        }
        if self.pixels:
            self.settings["side"] = str(lessons.inputs.shape[1])
        if lessons.words is not None:
            self.settings["words"] = tuning.words

    @property
    def pixels(self) -> bool:
        """Whether it looks at pictures, and not at features of them."""
        return self.lessons.inputs.ndim == 4

    def n_batches(self) -> int:
        """Return how many batches an epoch has: each picture comes about twice."""
        drawn = self.known if self.pixels else len(self.lessons.first)
        return max(1, -(-2 * drawn // self.tuning.batch))

    def batches(self, seed: int, epoch: int) -> Iterator[tuple[Any, Any, Any]]:
        """Yield inputs, the shares that are right, and log q, of couples drawn by this epoch."""
        rng = np.random.default_rng([seed, epoch])
        n = max(1, self.tuning.batch // 2)
        order = rng.permutation(len(self.lessons.first))
        for number in range(self.n_batches()):
            at = np.take(order, np.arange(number * n, (number + 1) * n), mode="wrap")
            rows = np.unique(np.concatenate([self.lessons.first[at], self.lessons.second[at]]))
            right = self.couples[rows][:, rows].toarray()
            np.fill_diagonal(right, 0)
            right /= np.maximum(right.sum(axis=1, keepdims=True), 1)
            inputs, right = self.drawn(rows, right, rng)
            yield inputs, torch.from_numpy(right), torch.from_numpy(self.logq[rows])

    def drawn(
        self, rows: NDArray[np.int64], right: Array, rng: np.random.Generator
    ) -> tuple[Any, Array]:
        """Return the inputs of some rows with what is done to them, and the shares then right."""
        return self._changed(tensor(self.lessons.inputs[rows]), right, rng)

    def asked(self, inputs: Any) -> Any:
        """Return the vectors of inputs as they were drawn."""
        return self.module(inputs)

    def vectors(self, rows: NDArray[np.int64]) -> Array:
        """Return the vectors of some rows, without learning."""
        return vectors_of(self.module, self.lessons.inputs, rows)

    def _changed(self, inputs: Any, right: Array, rng: np.random.Generator) -> tuple[Any, Array]:
        if not self.pixels or not self.tuning.augment:
            return inputs, right
        drawn = augment.draw(self.tuning.augment, len(inputs), inputs.shape[-1], rng)
        if drawn.other is not None and drawn.own is not None:
            own = drawn.own[:, None]
            right = own * right + (1 - own) * right[drawn.other]
            np.fill_diagonal(right, 0)
        return on_tensors(inputs, drawn), right

    def loss(self, batch: tuple[Any, Any, Any]) -> Any:
        """Return the mean loss of a batch."""
        inputs, right, logq = batch
        vectors = functional.normalize(self.asked(inputs).float())
        itself = torch.eye(len(vectors), dtype=torch.bool, device=vectors.device)
        scores = (vectors @ vectors.T / TAU - logq).masked_fill(itself, -torch.inf)
        told = functional.log_softmax(scores, dim=1).masked_fill(itself, 0)
        return -(right * told).sum() / right.sum().clamp_min(1e-9)

    def size(self, batch: tuple[Any, Any, Any]) -> int:
        """Return how many pictures a batch has."""
        return len(batch[1])

    def measure(self) -> dict[str, float]:
        """Return what the judge says."""
        return {"ndcg": self.judge(self.vectors(self.lessons.judged))}


def tune(
    weights: Weights, lessons: Lessons, tuning: Tuning, judge: Judge, side: int, options: Options
) -> Tuned:
    """Tune, and export what was learned.

    Parameters
    ----------
    weights
        Of the whole network, as `lite0_graph.folded` returns them.
    side
        Of the pictures of the network that is written.

    Raises
    ------
    DataError
        If the exported network does not say what the tuned one does.
    """
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(1)  # its narrow convolutions are slower on two
        with torch.random.fork_rng():
            torch.manual_seed(options.seed)
            module = _begun(weights, lessons, tuning, options)
        task = TuneTask(module, lessons, tuning, judge)
        trained = fit(task, options)
        module.cpu()
        if isinstance(module, Lite0):
            found, linear = module.exported()
        else:
            found, linear = weights, _linear(module[1])
        onnx = own_graph.write(found, linear, side, tuning.views)
        if task.pixels:
            _compare(onnx, lambda pixels: module(pixels).numpy(), lessons.inputs, tuning.views)
        else:
            _compare(onnx, _behind(found, linear, side), _noise(side), tuning.views)
        return Tuned(onnx, trained)
    finally:
        torch.set_num_threads(before)


def vectors_of(module: Any, inputs: NDArray[Any], rows: NDArray[np.int64]) -> Array:
    """Return the vectors of some inputs, float32 (n, dim), without learning."""
    device = next(module.parameters()).device
    found = []
    with torch.no_grad():
        for start in range(0, len(rows), AT_ONCE):
            part = tensor(inputs[rows[start : start + AT_ONCE]]).to(device)
            found.append(module(part).float().cpu().numpy())
    return np.concatenate(found)


def _begun(weights: Weights, lessons: Lessons, tuning: Tuning, options: Options) -> Any:
    """Return the module as it begins: its vectors are features whose directions count alike."""
    inputs = lessons.inputs
    if inputs.ndim == 2:
        linear = whitened(inputs)
        layer = nn.Linear(linear.weight.shape[1], linear.weight.shape[0])
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(linear.weight))
            layer.bias.copy_(torch.from_numpy(linear.bias))
        return nn.Sequential(nn.Dropout(DROPOUT), layer)
    n = weights["_fc.weight"].shape[1]
    alone = Linear(np.eye(n, dtype=np.float32), np.zeros(n, np.float32))
    some = np.random.default_rng(options.seed).permutation(len(inputs))[:SAMPLE]
    features = vectors_of(Lite0(weights, alone).eval(), inputs, np.sort(some))
    module = Lite0(weights, whitened(features), LAST if tuning.kind == "last" else 0)
    return module.to(memory_format=torch.channels_last)


def whitened(features: Array) -> Linear:
    """Return the map to the strongest directions of features, so that all count nearly alike."""
    mean = features.mean(axis=0)
    spread = np.cov(features.T, bias=True)
    values, directions = np.linalg.eigh(spread.astype(np.float64))
    dim = min(DIM, len(features) - 1)
    values, directions = values[::-1][:dim], directions[:, ::-1][:, :dim]
    gains = 1 / np.sqrt(np.maximum(values, 0) + RIDGE * values[0])
    weight = np.ascontiguousarray((directions * gains).T, np.float32)
    weight *= np.float32(1 / np.sqrt(dim))
    return Linear(weight, np.asarray(-weight @ mean, np.float32))


def _linear(layer: Any) -> Linear:
    weight, bias = (value.detach().cpu().numpy() for value in (layer.weight, layer.bias))
    return Linear(np.ascontiguousarray(weight), np.ascontiguousarray(bias))


def _compare(
    onnx: bytes, theirs: Callable[[Any], Array], pictures: NDArray[np.uint8], views: int
) -> None:
    """Refuse a network that says other than what was tuned, of some pictures."""
    pixels = tensor(pictures[:COMPARED])
    asked = {own_graph.INPUT: np.ascontiguousarray(pixels.numpy())}
    (ours,) = open_session(onnx).run([own_graph.OUTPUT], asked)
    refuse_apart(ours, seen_twice(theirs, pixels, views))


def seen_twice(theirs: Callable[[Any], Array], pixels: Any, views: int) -> Array:
    """Return vectors of pictures; of two views the mean with those of their mirror images."""
    with torch.no_grad():
        looks = [pixels] if views == 1 else [pixels, pixels.flip(-1)]
        return np.asarray(np.mean([theirs(each) for each in looks], axis=0))


def _behind(weights: Weights, linear: Linear, side: int) -> Callable[[Any], Array]:
    """Return the map that was tuned, behind the network that was not."""
    session = open_session(own_graph.write(weights, None, side))

    def vectors(pixels: Any) -> Array:
        asked = {own_graph.INPUT: np.ascontiguousarray(pixels.numpy())}
        (features,) = session.run([own_graph.OUTPUT], asked)
        return np.asarray(features @ linear.weight.T + linear.bias)

    return vectors


def _noise(side: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (COMPARED, side, side, 3), np.uint8)


def refuse_apart(ours: Array, theirs: Array) -> None:
    """Refuse vectors of an exported network that are others than the tuned one's."""
    apart = np.linalg.norm(ours - theirs, axis=1) / np.linalg.norm(theirs, axis=1)
    if not apart.max() <= CLOSE:
        raise DataError(
            f"the exported network is {apart.max():.1e} from the tuned one",
            remedy="tune again, with a smaller --lr",
        )


def tensor(inputs: NDArray[Any]) -> Any:
    """Return pictures as the network takes them, float32 (n, 3, side, side), or features."""
    found = torch.from_numpy(inputs)
    return found.permute(0, 3, 1, 2).float() if inputs.ndim == 4 else found
