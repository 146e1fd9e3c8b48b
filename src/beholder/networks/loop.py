"""The one training loop of all networks.

Everything random is drawn by seed and epoch, or stands in the checkpoint: on one machine, with as
many threads, a training that was interrupted and resumed ends with the same bits as one that was
not. Only the batch at hand is on the device, beside the module and its best weights.
"""

from __future__ import annotations

import time
from typing import Any

import torch

from beholder.disk import of_disk
from beholder.errors import DataError, UsageError
from beholder.networks import checkpoint
from beholder.networks.checkpoint import State, Weights
from beholder.networks.event_files import EventFiles
from beholder.networks.task import Ended, Epoch, Options, Task, Trained

MOST_THREADS = 1024
SELDOM = 20  # times as long as writing a checkpoint takes, until it is written again
TAKEN = (
    "where this training stands is no longer kept: since it began somebody was erased, refused "
    "`train`, or events ended"
)


def fit(task: Task, options: Options) -> Trained:
    """Train the module of a task, and leave the weights of its best epoch, or its last, in it.

    Ctrl-C ends the training as a deadline does, once an epoch is done.

    Raises
    ------
    DataError
        If the loss is no longer a number.
    UsageError
        If a checkpoint to go on with is of other data or settings, or past the last epoch.
    """
    with torch.random.fork_rng():
        torch.manual_seed(options.seed)
        run = _Run(task, options)
        try:
            ended = run.train()
        except KeyboardInterrupt:
            if not run.epochs:
                raise KeyboardInterrupt("nothing of this training is kept") from None
            ended = "stopped"
        finally:
            run.close()
        task.module.load_state_dict(run.best)
        task.module.eval()
    return Trained(run.epochs, ended)


class _OutOfTimeError(Exception):
    """The deadline came in the midst of an epoch."""


class _Run:
    """One training: the module, its optimiser, and what was reached so far."""

    def __init__(self, task: Task, options: Options) -> None:
        self.task, self.options = task, options
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.module = task.module.to(self.device)
        self.optimiser = torch.optim.Adam(self.module.parameters(), lr=options.rate, fused=True)
        self.epochs: list[Epoch] = []
        self.best: Weights = {}
        self.kept, self.due = 0, 0.0  # epoch last written down, or tried to; and when the next is
        self.taken = False  # whether its folder was taken away
        if options.resume and options.checkpoint is not None:
            self._resume()
        self.events = None if options.events is None else EventFiles(options.events)

    def train(self) -> Ended:
        """Do the epochs that are left, and say why it ended."""
        options, progress = self.options, self.options.progress
        left = range(len(self.epochs) + 1, options.epochs + 1)
        steps = 1 if options.whole else self.task.n_batches()
        progress.start(self.task.name, len(left) * steps)
        try:
            for number in left:
                if self._hopeless():
                    return self._ended("no better")
                try:
                    loss = self._epoch(number)
                except _OutOfTimeError as error:
                    if not self.epochs:  # less than one epoch is better than nothing
                        self._judge(number, error.args[0], whole=False)
                    return "deadline"
                self._judge(number, loss)
                if options.whole:
                    progress.advance()
                    if self._late():
                        return self._ended("deadline")
        finally:
            progress.finish()
        return self._ended("done")

    def _ended(self, why: Ended) -> Ended:
        """Write where it ends into the checkpoint, if an earlier epoch stands there."""
        if self.kept < len(self.epochs):
            self._keep()
        return why

    def close(self) -> None:
        """Close the event files."""
        if self.events is not None:
            self.events.close()

    def _epoch(self, number: int) -> float:
        """Do one epoch, and return its mean loss."""
        options, total, seen = self.options, 0.0, 0
        self.module.train()
        for batch in self.task.batches(options.seed, number):
            moved = _to(batch, self.device)
            self.optimiser.zero_grad(set_to_none=True)
            # Numbers of half the size, where a graphics card computes with them.
            with torch.autocast("cuda", torch.bfloat16, enabled=self.device.type == "cuda"):
                loss = self.task.loss(moved)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self.module.parameters(), options.clip)
            self.optimiser.step()
            size = self.task.size(batch)
            total, seen = total + float(loss.detach()) * size, seen + size
            if options.whole:
                continue
            options.progress.advance()
            if self._late():
                raise _OutOfTimeError(total / seen)
        mean = total / max(seen, 1)
        if mean != mean:
            raise DataError(
                f"the loss of epoch {number} is not a number", remedy="take a smaller --lr"
            )
        return mean

    def _judge(self, number: int, loss: float, whole: bool = True) -> None:
        """Measure after an epoch, keep the weights if they are the best, and write it all down.

        What was not done to its end is no place to go on from.
        """
        self.module.eval()
        with torch.no_grad():
            measures = self.task.measure()
        better = self.options.last or all(
            self._better(measures, old.measures) for old in self.epochs
        )
        epoch = Epoch(number, loss, measures, better)
        best = _copied(self.module) if better else self.best
        self.epochs, self.best = [*self.epochs, epoch], best  # at once: Ctrl-C may come any time
        if whole and time.monotonic() >= self.due:
            self._keep()
        if self.events is not None:
            self.events.write(epoch, self.module)
        self.options.told(epoch, False)

    def _keep(self) -> None:
        """Write the checkpoint, if one is wanted and its folder was not taken away.

        Where the disk refuses it, the one before stays, and the training goes on.
        """
        path, number, began = self.options.checkpoint, len(self.epochs), time.monotonic()
        if path is None or self.taken:
            return
        self.kept = number
        try:
            checkpoint.save(path, self._state())
        except FileNotFoundError:
            self.taken = True
            self.options.progress.note(TAKEN)
        except OSError as error:
            known = of_disk(error)
            if known is None:
                raise
            self.options.progress.note(f"epoch {number} is not in the checkpoint: {known}")
        else:
            now = time.monotonic()
            self.due = now + SELDOM * (now - began)

    def _late(self) -> bool:
        deadline = self.options.deadline
        return deadline is not None and time.monotonic() > deadline

    def _better(self, new: dict[str, float], old: dict[str, float]) -> bool:
        a, b = new[self.task.watched], old[self.task.watched]
        return a > b if self.task.higher else a < b

    def _hopeless(self) -> bool:
        """Whether none of the last epochs was better than those before."""
        patience = self.options.patience
        if patience is None or len(self.epochs) <= patience:
            return False
        return not any(epoch.best for epoch in self.epochs[-patience:])

    def _state(self) -> State:
        moments = self.optimiser.state_dict()["state"]
        threads = torch.get_num_threads()
        return State(
            self.task.data,
            self._settings(),
            self.options.seed,
            threads,
            self.epochs,
            self.module.state_dict(),
            self.best,
            moments,
        )

    def _settings(self) -> dict[str, str]:
        """Return what another training differs by: other bits come of each."""
        options, on = self.options, self.device.type
        return {
            "lr": f"{options.rate:g}",
            **self.task.settings,
            "clip": f"{options.clip:g}",
            "weights kept": "last" if options.last else "best",
            "device": on,
        }

    def _resume(self) -> None:
        assert self.options.checkpoint is not None
        found = checkpoint.load(
            self.options.checkpoint, self.task.data, self._settings(), self.options.seed
        )
        if found is None:
            self.options.progress.note("there is no checkpoint to go on with: begun anew")
            return
        if len(found.epochs) > self.options.epochs:
            raise UsageError(
                f"{len(found.epochs)} epochs are done, and {self.options.epochs} are asked for",
                remedy=f"ask for as many at least, or {checkpoint.REMEDY}",
            )
        try:
            self._go_on(found)
        except (RuntimeError, ValueError, LookupError, TypeError) as error:
            raise DataError(
                f"the checkpoint {self.options.checkpoint} is of another network: {error}",
                remedy=checkpoint.REMEDY,
            ) from error

    def _go_on(self, found: State) -> None:
        if not 1 <= found.threads <= MOST_THREADS:
            raise ValueError(f"{found.threads} threads")
        torch.set_num_threads(found.threads)
        self.module.load_state_dict(found.weights)
        groups = self.optimiser.state_dict()["param_groups"]
        parameters = list(self.module.parameters())
        moments = {
            number: {name: _as_laid_out(value, parameters[number]) for name, value in parts.items()}
            for number, parts in found.moments.items()
        }
        self.optimiser.load_state_dict({"state": moments, "param_groups": groups})
        self.epochs, self.best, self.kept = found.epochs, found.best, len(found.epochs)
        self.options.progress.note(f"{self.task.name}: goes on after epoch {self.kept}")
        for epoch in self.epochs:
            self.options.told(epoch, True)


def _as_laid_out(value: Any, parameter: Any) -> Any:
    """Return numbers in the order in memory that a parameter has: another may round otherwise."""
    if value.shape != parameter.shape:
        return value
    return torch.empty_like(parameter, requires_grad=False).copy_(value)


def _copied(module: Any) -> Weights:
    return {name: value.detach().clone() for name, value in module.state_dict().items()}


def _to(batch: Any, device: Any) -> Any:
    if isinstance(batch, tuple):
        return tuple(_to(part, device) for part in batch)
    return batch.to(device, non_blocking=True)
