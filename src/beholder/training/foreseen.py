"""What a dry run says of one model."""

from __future__ import annotations

import msgspec

from beholder.training.hardware import memory


class Line(msgspec.Struct):
    """One model, and how it suits.

    Attributes
    ----------
    kind
        member: it is tuned and weighed. always: it is in every blend. network: `--tune-encoder`
        trains it.
    data, machine, budget
        What stands against it; None: nothing.
    seconds
        About what all of it takes; None: it was not tried.
    memory
        About how many bytes while it is fitted, beside the data.
    left_out
        Why training leaves it out, in its words; None: it does not.
    """

    name: str
    kind: str
    data: str | None = None
    machine: str | None = None
    budget: str | None = None
    seconds: float | None = None
    memory: int | None = None
    left_out: str | None = None


def with_memory(line: Line) -> None:
    """Say of a line that more memory is needed than is free; training would try all the same."""
    free = memory().free
    if line.machine is None and line.memory and free is not None and line.memory > free:
        line.machine = f"{free / 1e9:.1f} GB of memory are free"
