"""What PyTorch says of itself and of a graphics card; asked only where it is installed."""

from __future__ import annotations

import warnings
from typing import NamedTuple


class TorchFacts(NamedTuple):
    """What PyTorch was built for, and what it finds.

    Attributes
    ----------
    cuda
        The CUDA that it was built for, `13.0`; None: for processors alone.
    card
        The graphics card that it would train on; None: the processor.
    failed
        Why it cannot be loaded, or finds no card, in its own words; empty: it did not say.
    """

    version: str | None
    cuda: str | None = None
    card: str | None = None
    failed: str = ""


def torch_facts() -> TorchFacts:
    """Load PyTorch and ask it."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            import torch

            there = torch.cuda.is_available()
            card = str(torch.cuda.get_device_name()) if there else None
        except Exception as error:  # a library that does not fit this machine may raise anything
            return TorchFacts(None, failed=_first_line(str(error)))
    words = "" if there or not said else _first_line(str(said[-1].message))
    return TorchFacts(str(torch.__version__), torch.version.cuda, card, words)


def _first_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[0]
