"""The training loop, with a network so small that an epoch takes a millisecond."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from beholder import tensors  # noqa: E402
from beholder.errors import DataError, MissingExtraError, UsageError  # noqa: E402
from beholder.networks import door  # noqa: E402
from beholder.networks.loop import fit  # noqa: E402
from beholder.networks.task import Epoch, Options  # noqa: E402
from beholder.progress import Silent  # noqa: E402

pytestmark = pytest.mark.torch


class Lines:
    """Learns y = x W with dropout, which draws random numbers in every batch."""

    name, watched, higher = "lines", "error", False

    def __init__(self, seed: int = 1, data: str = "lines", after: Any = None) -> None:
        rng = np.random.default_rng(seed)
        self.x = torch.from_numpy(rng.normal(size=(40, 6)).astype(np.float32))
        self.y = self.x @ torch.arange(6.0).reshape(6, 1)
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            self.module = torch.nn.Sequential(torch.nn.Linear(6, 1), torch.nn.Dropout(0.2))
        self.data, self.after, self.asked = data, after, 0
        self.settings = {"batch-size": "10"}

    def n_batches(self) -> int:
        return 4

    def batches(self, seed: int, epoch: int) -> Iterator[Any]:
        order = np.random.default_rng([seed, epoch]).permutation(40)
        for rows in order.reshape(4, 10):
            self.asked += 1
            if self.after is not None:
                self.after(self.asked)
            yield self.x[rows], self.y[rows]

    def loss(self, batch: Any) -> Any:
        return ((self.module(batch[0]) - batch[1]) ** 2).mean()

    def size(self, batch: Any) -> int:
        return len(batch[0])

    def measure(self) -> dict[str, float]:
        return {"error": float(((self.module(self.x) - self.y) ** 2).mean())}


def weights(task: Lines) -> dict[str, bytes]:
    return {name: value.numpy().tobytes() for name, value in task.module.state_dict().items()}


def test_three_epochs_are_two_and_a_resumed_third_to_the_bit(tmp_path: Path) -> None:
    whole, halves = Lines(), Lines()
    at_once = fit(whole, Options(epochs=3, rate=0.05, checkpoint=tmp_path / "a"))
    fit(halves, Options(epochs=2, rate=0.05, checkpoint=tmp_path / "b"))
    again, told = Lines(), []
    resumed = fit(
        again,
        Options(
            epochs=3,
            rate=0.05,
            checkpoint=tmp_path / "b",
            resume=True,
            told=lambda epoch, old: told.append((epoch.number, old)),
        ),
    )
    assert resumed == at_once
    assert weights(again) == weights(whole) != weights(halves)
    assert told == [(1, True), (2, True), (3, False)]
    # Moments and random numbers stand in the files, too.
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"], "nothing is left aside"


def test_one_seed_gives_one_network_and_another_another() -> None:
    found = []
    for seed in (1, 1, 2):
        task = Lines()
        fit(task, Options(epochs=2, rate=0.05, seed=seed))
        found.append(weights(task))
    assert found[0] == found[1] != found[2]


def test_random_numbers_of_the_caller_are_left_alone() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    fit(Lines(), Options(epochs=1))
    assert torch.equal(torch.get_rng_state(), before)


def test_it_ends_when_nothing_gets_better_and_keeps_the_best() -> None:
    class Worse(Lines):
        def measure(self) -> dict[str, float]:
            self.measured = getattr(self, "measured", 0) + 1
            if self.measured == 2:
                self.second = weights(self)
            return {"error": [3.0, 1.0, 2.0, 2.0, 2.0, 2.0][self.measured - 1]}

    task = Worse()
    trained = fit(task, Options(epochs=6, rate=0.05, patience=2))
    assert (trained.ended, len(trained.epochs), trained.best.number) == ("no better", 4, 2)
    assert weights(task) == task.second


def test_ctrl_c_keeps_the_best_so_far_and_what_follows_goes_on(tmp_path: Path) -> None:
    def stop(asked: int) -> None:
        if asked == 10:  # in the third epoch
            raise KeyboardInterrupt

    options = Options(epochs=4, rate=0.05, checkpoint=tmp_path / "state")
    task, whole, again = Lines(after=stop), Lines(), Lines()
    trained = fit(task, options)
    assert (trained.ended, len(trained.epochs)) == ("stopped", 2)
    fit(whole, options._replace(checkpoint=None))
    fit(again, options._replace(resume=True))
    assert weights(again) == weights(whole)


def test_ctrl_c_before_an_epoch_is_done_ends_with_nothing() -> None:
    def stop(asked: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="nothing of this training is kept"):
        fit(Lines(after=stop), Options())


def test_a_deadline_ends_it_within_a_batch_and_something_is_there(tmp_path: Path) -> None:
    task = Lines()
    options = Options(deadline=time.monotonic() - 1, checkpoint=tmp_path / "state")
    trained = fit(task, options)
    assert (trained.ended, task.asked, len(trained.epochs)) == ("deadline", 1, 1)
    assert not (tmp_path / "state").exists(), "half an epoch is no place to go on from"


def test_a_large_gradient_is_clipped() -> None:
    task = Lines()
    norms = []
    task.module[0].weight.register_post_accumulate_grad_hook(
        lambda p: norms.append(float(p.grad.norm()))
    )
    task.y = task.y * 1e6
    before = weights(task)
    trained = fit(task, Options(epochs=1, rate=0.01, clip=1e-12))
    assert norms[0] > 1e3
    assert trained.epochs[0].loss > 1e9
    moved = np.frombuffer(weights(task)["0.weight"], np.float32) - np.frombuffer(
        before["0.weight"], np.float32
    )
    assert np.abs(moved).max() < 1e-5, "Adam's step is small where gradients are below its epsilon"


def test_a_loss_that_is_no_number_is_an_error() -> None:
    task = Lines()
    task.x[0, 0] = float("nan")
    with pytest.raises(DataError, match=r"epoch 1 is not a number .take a smaller --lr"):
        fit(task, Options())


def test_a_checkpoint_of_other_data_is_refused_and_so_is_a_cut_one(tmp_path: Path) -> None:
    path = tmp_path / "state"
    fit(Lines(), Options(epochs=1, checkpoint=path))
    with pytest.raises(UsageError, match="what it learns from is not what it was"):
        fit(Lines(data="others"), Options(checkpoint=path, resume=True))
    with pytest.raises(UsageError, match="seed was 7 and is 8"):
        fit(Lines(), Options(checkpoint=path, resume=True, seed=8))
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(DataError, match="cannot be read"):
        fit(Lines(), Options(checkpoint=path, resume=True))


def test_a_setting_that_changes_what_comes_of_it_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "state"
    fit(Lines(), Options(epochs=2, checkpoint=path))
    kept = path.read_bytes()
    go_on = Options(epochs=3, checkpoint=path, resume=True)
    larger = Lines(data="others with it")
    larger.settings = {"batch-size": "20", "augment": "flip"}
    for task, options, said in (
        (Lines(), go_on._replace(rate=1e-2), "lr was 0.001 and is 0.01"),
        (Lines(), go_on._replace(clip=2.0), "clip was 1 and is 2"),
        (Lines(), go_on._replace(last=True), "weights kept was best and is last"),
        (larger, go_on, "batch-size was 10 and is 20; augment was none and is flip"),
        (Lines(), go_on._replace(epochs=1), "2 epochs are done, and 1 are asked for"),
    ):
        with pytest.raises(UsageError) as error:
            fit(task, options)
        assert error.value.message.endswith(said)
        assert "without --resume" in (error.value.remedy or "")
    assert path.read_bytes() == kept
    assert len(fit(Lines(), go_on).epochs) == 3


@pytest.mark.parametrize("lacked", [("settings",), ("settings", "beholder")])
def test_of_another_format_nothing_else_is_compared(
    tmp_path: Path, lacked: tuple[str, ...]
) -> None:
    path = tmp_path / "state"
    fit(Lines(), Options(epochs=1, checkpoint=path))
    arrays, told = tensors.load(path)
    header = json.loads(told["state"])
    older = {name: value for name, value in header.items() if name not in lacked} | {"format": 1}
    tensors.save(path, arrays, {"state": json.dumps(older)})
    with pytest.raises(UsageError) as error:
        fit(Lines(), Options(epochs=2, checkpoint=path, resume=True))
    assert error.value.message.endswith("end: it is of format 1, and this version writes 3")


def test_without_a_checkpoint_a_resumed_training_begins(tmp_path: Path) -> None:
    trained = fit(Lines(), Options(epochs=1, checkpoint=tmp_path / "none", resume=True))
    assert len(trained.epochs) == 1


def test_losses_measures_and_weights_stand_in_event_files(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    fit(Lines(), Options(epochs=2, events=tmp_path))
    (file,) = tmp_path.glob("events.out.tfevents.*")
    data = file.read_bytes()
    for name in (b"loss", b"measure/error", b"weights/0.weight"):
        assert data.count(name) == 2


def test_without_the_writer_event_files_are_an_error_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"beholder\[tensorboard\]"):
        fit(Lines(), Options(events=tmp_path))


def test_the_best_is_the_last_that_was_none_worse() -> None:
    from beholder.networks.task import Trained

    first, second = Epoch(1, 1.0, {}, True), Epoch(2, 1.0, {}, False)
    assert Trained([first, second], "done").best == first


def test_whole_epochs_are_the_steps_and_the_deadline_is_looked_at_between_them() -> None:
    shown: list[object] = []

    class Shown(Silent):
        def start(self, what: str, total: int | None = None, unit: str = "") -> None:
            shown.append(total)

        def advance(self, n: int = 1) -> None:
            shown.append("epoch")

    task, planned = Lines(), Lines()
    late = Options(epochs=3, whole=True, deadline=time.monotonic() - 1, progress=Shown())
    trained = fit(task, late)
    assert (trained.ended, task.asked, len(trained.epochs)) == ("deadline", 4, 1)
    assert shown == [3, "epoch"]
    fit(planned, Options(epochs=1, whole=True))
    assert weights(task) == weights(planned)


def test_the_last_weights_are_kept_where_that_is_asked() -> None:
    class Worse(Lines):
        def measure(self) -> dict[str, float]:
            self.now = weights(self)
            self.measured = getattr(self, "measured", 0.0) + 1
            return {"error": self.measured}

    task = Worse()
    trained = fit(task, Options(epochs=3, rate=0.05, last=True))
    assert trained.best.number == 3
    assert weights(task) == task.now
