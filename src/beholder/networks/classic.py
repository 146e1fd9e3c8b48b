"""Training the small network on labelled pictures: liked or not, or one of several classes."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from beholder.encoders import augment, small_cnn_graph
from beholder.encoders.picture_workers import cores
from beholder.encoders.small_cnn import SIDE
from beholder.encoders.small_cnn import SmallCnn as Opened
from beholder.errors import DataError
from beholder.measures import accuracy, auc
from beholder.networks.augment import on_tensors
from beholder.networks.loop import fit
from beholder.networks.small_cnn import SmallCnn
from beholder.networks.task import Options, Trained
from beholder.settings import Augmentation

Loss = Literal["bce", "mse", "cross-entropy"]
Pixels = NDArray[np.uint8]
Labels = NDArray[np.int64]
AT_ONCE = 200  # pictures that are measured at a time
LARGE = 20_000  # pictures from which on it is tried how many threads are quickest
CLOSE = 1e-5  # how far the exported network may be from the trained one


@dataclass(frozen=True)
class Labelled:
    """Pictures and what they are.

    Attributes
    ----------
    pixels
        uint8 (m, 32, 32, 3). Held once, however often a picture is labelled.
    rows
        int64 (n,). Which of them each label is of.
    labels
        int64 (n,). 1 liked and 0 not, or numbers of classes from 0.
    """

    pixels: Pixels
    rows: NDArray[np.int64]
    labels: Labels

    def __len__(self) -> int:
        return len(self.labels)

    def some(self, chosen: NDArray[np.int64] | slice) -> Pixels:
        """Return the pictures of some labels."""
        return self.pixels[self.rows[chosen]]


class Examples(NamedTuple):
    """What is learned from, what says which epoch is best, and what only measures."""

    train: Labelled
    validation: Labelled
    test: Labelled


class Learned(NamedTuple):
    """The network that was trained, as one ONNX file, and what it reaches on the test part.

    Attributes
    ----------
    scores
        float32 (n, outputs). What it says of the test part.
    """

    onnx: bytes
    trained: Trained
    scores: NDArray[np.float32]


class ClassicTask:
    """The small network, as the loop trains it.

    Parameters
    ----------
    outputs
        How many numbers it gives: with one, how well a picture is liked.
    batch
        Pictures at once.
    changed
        What is done to pictures while learning.
    """

    name = "training small-cnn"
    watched, higher = "validation_loss", False

    def __init__(
        self,
        examples: Examples,
        loss: Loss,
        outputs: int,
        batch: int,
        seed: int,
        changed: Sequence[Augmentation] = (),
    ) -> None:
        self.examples, self.batch, self.outputs = examples, batch, outputs
        self.kind, self.changed = loss, tuple(changed)
        mean, spread = _channels(examples.train)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.module = SmallCnn(mean, spread, outputs)
        self.module.to(memory_format=torch.channels_last)  # a quarter less time on a CPU
        self.data = _fingerprint(examples)
        self.settings = {
            "loss": loss,
            "outputs": str(outputs),
            "batch-size": str(batch),
            "augment": " ".join(sorted(self.changed)) or "none",
        }

    def n_batches(self) -> int:
        """Return how many batches an epoch has."""
        return -(-len(self.examples.train) // self.batch)

    def batches(self, seed: int, epoch: int) -> Iterator[tuple[Any, ...]]:
        """Yield the training part in an order of this epoch.

        Where pictures are mixed, labels of those that are mixed in and shares come after labels.
        """
        part = self.examples.train
        rng = np.random.default_rng([seed, epoch])
        order = rng.permutation(len(part))
        for start in range(0, len(order), self.batch):
            chosen = order[start : start + self.batch]
            pixels, labels = _tensor(part.some(chosen)), torch.from_numpy(part.labels[chosen])
            drawn = augment.draw(self.changed, len(chosen), SIDE, rng)
            batch = (on_tensors(pixels, drawn), labels) if self.changed else (pixels, labels)
            if drawn.other is not None and drawn.own is not None:
                yield *batch, labels[drawn.other], torch.from_numpy(drawn.own)
            else:
                yield batch

    def loss(self, batch: tuple[Any, ...]) -> Any:
        """Return the mean loss of a batch."""
        pixels, labels, *mixed = batch
        raw = self.module(pixels)
        if not mixed:
            return self._loss_of(raw, labels)
        others, own = mixed
        return self._loss_of(raw, labels, own) + self._loss_of(raw, others, 1 - own)

    def size(self, batch: tuple[Any, ...]) -> int:
        """Return how many pictures a batch has."""
        return len(batch[1])

    def measure(self) -> dict[str, float]:
        """Return loss on the validation part; accuracy, and where there is one AUC, on the test."""
        validation, test = self.examples.validation, self.examples.test
        raw = self._raw(validation)
        loss = float(self._loss_of(raw, torch.from_numpy(validation.labels)))
        scores = self.scores(test)
        found = {"validation_loss": loss, "accuracy": accuracy(scores, test.labels)}
        if self.outputs <= 2:
            found["auc"] = auc(scores[:, -1], test.labels)
        return found

    def scores(self, part: Labelled) -> NDArray[np.float32]:
        """Return what the network says of a part, 0 to 1, float32 (n, outputs)."""
        raw = self._raw(part)
        out = torch.sigmoid(raw) if self.outputs == 1 else torch.softmax(raw, dim=1)
        return np.asarray(out.numpy(), np.float32)

    def _raw(self, part: Labelled) -> Any:
        device = next(self.module.parameters()).device
        starts = range(0, len(part), AT_ONCE)
        pieces = (_tensor(part.some(slice(i, i + AT_ONCE))) for i in starts)
        with torch.no_grad():
            return torch.cat([self.module(piece.to(device)).cpu() for piece in pieces])

    def _loss_of(self, raw: Any, labels: Any, shares: Any = None) -> Any:
        """Return the mean loss; with shares (n,) each picture counts for its own."""
        raw = raw.float()  # of half the size on a graphics card
        how = "mean" if shares is None else "none"
        wanted = labels.to(raw.dtype)
        if self.kind == "cross-entropy":
            found = functional.cross_entropy(raw, labels, reduction=how)
        elif self.kind == "mse":
            found = functional.mse_loss(torch.sigmoid(raw[:, 0]), wanted, reduction=how)
        else:
            found = functional.binary_cross_entropy_with_logits(raw[:, 0], wanted, reduction=how)
        return found if shares is None else (found * shares).mean()


def learn(
    examples: Examples,
    loss: Loss,
    outputs: int,
    batch: int,
    options: Options,
    changed: Sequence[Augmentation] = (),
) -> Learned:
    """Train the small network, and export what it learned.

    Parameters
    ----------
    changed
        What is done to pictures while learning.

    Raises
    ------
    DataError
        If the exported network does not say what the trained one does.
    """
    task = ClassicTask(examples, loss, outputs, batch, options.seed, changed)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(_threads(task, options))
        trained = fit(task, options)
        task.module.cpu()
        onnx = _exported(task)
        return Learned(onnx, trained, task.scores(examples.test))
    finally:
        torch.set_num_threads(before)


def _exported(task: ClassicTask) -> bytes:
    weights = {name: value.numpy() for name, value in task.module.state_dict().items()}
    onnx = small_cnn_graph.write(weights)
    test = task.examples.test
    some = replace(test, rows=test.rows[:AT_ONCE], labels=test.labels[:AT_ONCE])
    said = Opened(onnx).scores(some.some(slice(None)))
    apart = float(np.abs(said - task.scores(some)).max())
    if not apart <= CLOSE:
        raise DataError(
            f"the exported network is {apart:.1e} from the trained one",
            remedy="train again, with a smaller --lr",
        )
    return onnx


def _threads(task: ClassicTask, options: Options) -> int:
    """Return how many threads are quickest: of much data tried, else one."""
    going_on = options.resume and options.checkpoint is not None and options.checkpoint.exists()
    if len(task.examples.train) < LARGE or cores() == 1 or going_on:
        return 1  # of a training that goes on, the checkpoint says how many
    spent = {}
    batch = next(task.batches(options.seed, 0))
    for threads in (1, cores()):
        torch.set_num_threads(threads)
        took = []
        for _ in range(3):
            began = time.perf_counter()
            task.loss(batch).backward()
            took.append(time.perf_counter() - began)
        spent[threads] = min(took)
    task.module.zero_grad(set_to_none=True)
    best = min(spent, key=lambda threads: spent[threads])
    said = ", ".join(f"{threads}: {seconds:.3f} s" for threads, seconds in spent.items())
    options.progress.note(f"threads: {best} (a batch with {said})")
    return best


def _channels(part: Labelled) -> tuple[list[float], list[float]]:
    """Return mean and standard deviation of each channel over the pictures of a part, 0..255."""
    counts = np.zeros((3, 256), np.int64)
    used = np.unique(part.rows)
    for start in range(0, len(used), AT_ONCE):
        some = part.pixels[used[start : start + AT_ONCE]]
        for channel in range(3):
            counts[channel] += np.bincount(some[..., channel].reshape(-1), minlength=256)
    shares, values = counts / counts.sum(axis=1, keepdims=True), np.arange(256)
    mean = shares @ values
    variance = shares @ values**2 - mean**2
    return mean.tolist(), np.maximum(np.sqrt(np.maximum(variance, 0)), 1.0).tolist()


def _tensor(pixels: Pixels) -> Any:
    """Return pictures (n, 32, 32, 3) as the network takes them, float32 (n, 3, 32, 32)."""
    return torch.from_numpy(pixels).permute(0, 3, 1, 2).float()


def _fingerprint(examples: Examples) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in examples:
        digest.update(part.rows.tobytes())
        digest.update(part.labels.tobytes())
    digest.update(np.ascontiguousarray(examples.train.pixels).data)
    digest.update(np.ascontiguousarray(examples.test.pixels).data)
    return digest.hexdigest()
