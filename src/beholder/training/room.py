"""Which members surely do not fit into the memory that is free: they are not begun.

The system would end the process in the midst of them, and nothing of the training would be left.
"""

from __future__ import annotations

from collections.abc import Sequence

from beholder.blending.members import Member
from beholder.dataset.dataset import Dataset
from beholder.errors import UsageError
from beholder.networks.torch_facts import torch_facts
from beholder.training.hardware import memory

SURELY = 2  # cards tell what is taken within this factor: less than that share is not enough
REMEDY = "end other programs, train where there is more memory, or name other models"


def with_room(
    members: Sequence[Member], dataset: Dataset, *, asked: bool
) -> tuple[list[Member], dict[str, str]]:
    """Return the members that may fit, and of the others by name why they do not (`lacking`).

    Parameters
    ----------
    asked
        Whether they were named by whoever trains.

    Raises
    ------
    UsageError
        If one that was named does not fit.
    """
    found = {member.name: lacking(member, dataset) for member in members}
    too_large = {name: why for name, why in found.items() if why is not None}
    if too_large and asked:
        told = "; ".join(no_room(name, why) for name, why in too_large.items())
        raise UsageError(told, remedy=REMEDY, field="models")
    return [one for one in members if one.name not in too_large], too_large


def lacking(member: Member, dataset: Dataset) -> str | None:
    """Return why a member surely does not fit, in words; None: it may, or its card does not tell.

    On a graphics card nearly all of it stands there, and not in the memory of the machine.
    """
    told, free = member.card.memory, memory().free
    if told is None or free is None:
        return None
    needed = max(told(dataset, settings) for settings in member.trials)
    if needed <= SURELY * free or torch_facts().card is not None:
        return None
    return f"it takes about {needed / 1e9:.1f} GB of memory, {free / 1e9:.1f} are free"


def no_room(name: str, why: str) -> str:
    """Return the sentence of a member that does not fit, whether it is named or not."""
    return f"{name} does not fit: {why}"
