"""Event files for TensorBoard: losses and measures of each epoch, and the spread of weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from beholder.networks import door
from beholder.networks.task import Epoch


class EventFiles:
    """Writes into a folder that `tensorboard --logdir` reads."""

    def __init__(self, folder: Path) -> None:
        door.check_tensorboard()
        from tensorboardX import SummaryWriter

        self._writer = SummaryWriter(logdir=str(folder), write_to_disk=True)

    def write(self, epoch: Epoch, module: Any) -> None:
        """Write one epoch."""
        self._writer.add_scalar("loss", epoch.loss, epoch.number)
        for name, value in epoch.measures.items():
            self._writer.add_scalar(f"measure/{name}", value, epoch.number)
        for name, value in module.named_parameters():
            values = value.detach().cpu().numpy().reshape(-1)
            self._writer.add_histogram(f"weights/{name}", values, epoch.number)
        self._writer.flush()

    def close(self) -> None:
        """Write what waits."""
        self._writer.close()
