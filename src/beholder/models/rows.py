"""sp.csr_array item-to-item rows: the form in which most models, and the blend, are served."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder import tensors

BLOCK = 16_000_000  # most entries of a dense block: 64 MB of float32


def block_height(width: int) -> int:
    """Return how many dense rows of this width fit into one block."""
    return max(1, min(1024, BLOCK // max(width, 1)))


def cut(matrix: Any, largest: int) -> sp.csr_array:
    """Keep the `largest` entries of each row by size, whatever their sign.

    Parameters
    ----------
    matrix
        Shape (n, m), sparse or dense. A dense one is read in blocks of rows.
    """
    if sp.issparse(matrix):
        return _cut_sparse(sp.csr_array(matrix), largest)
    blocks = []
    step = block_height(matrix.shape[1])
    for start in range(0, matrix.shape[0], step):
        block = matrix[start : start + step]
        if largest < block.shape[1]:
            kept = np.argpartition(np.abs(block), -largest, axis=1)[:, -largest:]
            kept.sort(axis=1)
            values = np.take_along_axis(block, kept, axis=1)
            indptr = np.arange(len(block) + 1) * largest
            part = sp.csr_array(
                (values.ravel().astype(np.float32), kept.ravel().astype(np.int32), indptr),
                shape=block.shape,
            )
        else:
            part = sp.csr_array(block.astype(np.float32))
        part.eliminate_zeros()
        blocks.append(part)
    if not blocks:
        return sp.csr_array(matrix.shape, dtype=np.float32)
    return sp.csr_array(sp.vstack(blocks, format="csr"))


def _cut_sparse(matrix: sp.csr_array, largest: int) -> sp.csr_array:
    lengths = np.diff(matrix.indptr)
    keep = np.ones(int(matrix.nnz), np.bool_)
    for row in np.flatnonzero(lengths > largest):
        start, end = matrix.indptr[row], matrix.indptr[row + 1]
        smallest = np.argpartition(np.abs(matrix.data[start:end]), end - start - largest)
        keep[start + smallest[: end - start - largest]] = False
    kept = np.minimum(lengths, largest)
    indptr = np.concatenate([[0], np.cumsum(kept)])
    cut_down = sp.csr_array(
        (matrix.data[keep].astype(np.float32), matrix.indices[keep], indptr), shape=matrix.shape
    )
    cut_down.eliminate_zeros()
    cut_down.sort_indices()
    return cut_down


def gather(
    rows: sp.csr_array, items: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
    """Return columns, values and row lengths of the given rows, one after the other."""
    starts, ends = rows.indptr[items], rows.indptr[items + 1]
    if not len(items):
        return np.empty(0, np.int32), np.empty(0, np.float32), np.empty(0, np.int64)
    # Joining slices reads each row in one go: several times faster than one long index.
    spans = [slice(start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]
    columns = np.concatenate([rows.indices[span] for span in spans])
    values = np.concatenate([rows.data[span] for span in spans])
    return columns, values, (ends - starts).astype(np.int64)


def save(rows: sp.csr_array, path: Path, facts: msgspec.Struct | None = None) -> None:
    """Write rows as one safetensors file; `facts` go into its header as JSON."""
    arrays = {
        "indptr": rows.indptr.astype(np.int64),
        "indices": rows.indices.astype(np.int32),
        "data": rows.data.astype(np.float32),
        "shape": np.array(rows.shape, np.int64),
    }
    header = {"facts": msgspec.json.encode(facts).decode()} if facts is not None else {}
    tensors.save(path, arrays, header)


def load(path: Path) -> sp.csr_array:
    """Open rows written by `save`."""
    arrays, _ = tensors.load(path)
    shape = tuple(int(n) for n in arrays["shape"])
    rows = sp.csr_array((arrays["data"], arrays["indices"], arrays["indptr"]), shape=shape)
    rows.has_sorted_indices = True
    return rows


def read_facts(path: Path) -> str:
    """Return the JSON that `save` put into the header."""
    return tensors.load(path)[1].get("facts", "{}")
