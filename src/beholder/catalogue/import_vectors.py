"""Vectors computed elsewhere into the workspace, and word of it to running servers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from beholder.catalogue.merge_vectors import check, check_name, merge
from beholder.catalogue.readers.vectors import read
from beholder.catalogue.refusals import Refusals
from beholder.catalogue.report import FileReport, Report
from beholder.store import Store

TWICE = "vectors of items that came twice in the file: the last one counts"
UNKNOWN = "vectors of items that the catalogue does not have: kept until it does"


class Brought(NamedTuple):
    """What a file of vectors holds: float32 (n, dim), row i for `ids[i]`."""

    name: str
    file: str
    ids: Sequence[str]
    matrix: NDArray[np.float32]
    refused: int


def read_vectors(
    vectors: Path, name: str, path: Path, ids: Path | None, refusals: Refusals
) -> Brought:
    """Read a file, and refuse it before anything is imported where it could not be kept.

    Raises
    ------
    VectorsError
        See `merge_vectors.check` and `readers.vectors.read`.
    """
    check_name(name)
    before = len(refusals)
    found, matrix = read(path, ids, refusals.of(path.name))
    check(vectors, name, matrix.shape[1])
    return Brought(name, path.name, found, matrix, len(refusals) - before)


def import_vectors(store: Store, brought: Brought, report: Report) -> FileReport:
    """Lay vectors beside those that are kept; servers compare their items anew."""
    ids = brought.ids
    merged = merge(store.workspace.vectors, brought.name, ids, brought.matrix)
    store.touch([*merged.added, *merged.changed])
    different = list(dict.fromkeys(ids))
    counts = {
        TWICE: len(ids) - len(different),
        UNKNOWN: int((store.seqs(different) < 0).sum()),
    }
    report.rules |= {rule: n for rule, n in counts.items() if n}
    done = FileReport("vectors", brought.file, refused=brought.refused)
    done.read = len(ids) + done.refused
    done.added, done.changed = len(merged.added), len(merged.changed)
    done.same = len(ids) - done.added - done.changed
    return done
