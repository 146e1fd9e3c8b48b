"""The text format in which Prometheus and its kin read numbers (version 0.0.4)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Literal, NamedTuple

MEDIA_TYPE = "text/plain; version=0.0.4"  # the framework adds the charset
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


class Sample(NamedTuple):
    """One number, with what it is of; `suffix` follows the name of its family."""

    value: float
    labels: dict[str, str] | None = None
    suffix: str = ""


class Family(NamedTuple):
    """Numbers of one name.

    Attributes
    ----------
    help
        What they count, and in which unit, in one line.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    samples: Sequence[Sample]


def text(families: Iterable[Family]) -> str:
    """Return families as text; those without numbers are left out."""
    lines = []
    for family in families:
        if not family.samples:
            continue
        lines.append(f"# HELP {family.name} {family.help}")
        lines.append(f"# TYPE {family.name} {family.kind}")
        lines += [_line(family.name, sample) for sample in family.samples]
    return "\n".join(lines) + "\n"


def histogram(
    ends: Sequence[float], counts: Sequence[float], total: float, labels: dict[str, str]
) -> list[Sample]:
    """Return the numbers of a histogram.

    Parameters
    ----------
    ends
        Upper ends of classes, rising.
    counts
        How many fell into each, and last above all ends.
    total
        The sum of what was counted.
    """
    below = list(accumulate(counts))
    names = [*(f"{end:g}" for end in ends), "+Inf"]
    return [
        *(
            Sample(n, {**labels, "le": name}, "_bucket")
            for name, n in zip(names, below, strict=True)
        ),
        Sample(total, labels, "_sum"),
        Sample(below[-1], labels, "_count"),
    ]


def _line(name: str, sample: Sample) -> str:
    labels = (sample.labels or {}).items()
    told = ",".join(f'{key}="{value.translate(_ESCAPES)}"' for key, value in labels)
    return f"{name}{sample.suffix}{f'{{{told}}}' if told else ''} {_number(sample.value)}"


def _number(value: float) -> str:
    if math.isfinite(value) and value == int(value):
        return str(int(value))
    return {"inf": "+Inf", "-inf": "-Inf", "nan": "NaN"}.get(str(value), repr(value))
