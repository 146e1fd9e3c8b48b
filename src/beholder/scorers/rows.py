"""sp.csr_array item-to-item rows: the form in which most models, and the blend, are served."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder import tensors
from beholder.scorers.cutting import cut_dense, cut_sparse, only

BLOCK = 2_000_000  # entries of a dense block: 8 MB of float32, about what a cache holds
FLATTEST = 16  # rows of a block at least: with fewer, products read all of the other side each time
SPAN = 65_536  # entries whose columns are looked up at a time
SHORT = 100  # entries of a row, up to which many are read by one long index
TABLED = 4096  # short rows filled up at a time
FILLED = 1.3  # how much larger rows may get by having one length


def block_height(width: int) -> int:
    """Return how many dense rows of this width make one block, 16 to 1,024."""
    return max(FLATTEST, min(1024, BLOCK // max(width, 1)))


def cut(matrix: Any, largest: int) -> sp.csr_array:
    """Keep the `largest` entries of each row by size, whatever their sign.

    Parameters
    ----------
    matrix
        Shape (n, m), sparse or dense. A dense one is read in blocks of rows.
    """
    if sp.issparse(matrix):
        return cut_sparse(sp.csr_array(matrix), largest)
    return _in_blocks(lambda block: cut_dense(block, np.abs(block), largest), matrix)


def most(matrix: NDArray[np.float32], largest: int) -> sp.csr_array:
    """Keep the `largest` entries above 0 of each row of a dense matrix, float32 (n, m)."""
    return _in_blocks(lambda block: cut_dense(block, block, largest), matrix)


def _in_blocks(
    cut_block: Callable[[NDArray[np.float32]], sp.csr_array], matrix: NDArray[np.float32]
) -> sp.csr_array:
    step = block_height(matrix.shape[1])
    starts = range(0, matrix.shape[0], step)
    blocks = [cut_block(np.ascontiguousarray(matrix[i : i + step], np.float32)) for i in starts]
    return stacked(blocks) if blocks else sp.csr_array(matrix.shape, dtype=np.float32)


def stacked(blocks: list[sp.csr_array]) -> sp.csr_array:
    """Return matrices of one width as one, below each other; at least one."""
    return blocks[0] if len(blocks) == 1 else sp.csr_array(sp.vstack(blocks, format="csr"))


def cut_apart(
    matrix: sp.csr_array, apart: NDArray[np.bool_], largest: int, largest_apart: int
) -> sp.csr_array:
    """Keep the `largest` entries of each row, and `largest_apart` in the columns set apart.

    Columns whose entries are all small would be starved by the others if they shared one cut.

    Parameters
    ----------
    apart
        bool (m,). Columns that are cut on their own.
    """
    own = _of_columns(apart, matrix)
    if not own.any():
        return cut(matrix, largest)
    rest = cut(only(matrix, ~own), largest)
    return sp.csr_array(rest + cut(only(matrix, own), largest_apart))


def _of_columns(flags: NDArray[np.bool_], matrix: sp.csr_array) -> NDArray[np.bool_]:
    """Return the flag of each entry's column; in spans, since NumPy widens what it looks up by."""
    found = np.empty(len(matrix.indices), bool)
    for start in range(0, len(found), SPAN):
        span = slice(start, start + SPAN)
        np.take(flags, matrix.indices[span], out=found[span], mode="clip")
    return found


def without_columns(matrix: sp.csr_array, dropped: NDArray[np.bool_]) -> sp.csr_array:
    """Return the matrix without the entries of some columns, bool (m,)."""
    gone = _of_columns(dropped, matrix)
    return only(matrix, ~gone) if gone.any() else matrix


def beside(left: sp.csr_array, right: sp.csr_array) -> sp.csr_array:
    """Return two matrices (n, a) and (n, b) as one, (n, a + b)."""
    return sp.csr_array(sp.hstack([left, right], format="csr"))


def times(matrix: sp.csr_array, factors: NDArray[np.float32]) -> sp.csr_array:
    """Return the matrix with each row multiplied by its factor, float32 (n,)."""
    data = matrix.data * factors.repeat(np.diff(matrix.indptr))
    return sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def times_columns(matrix: sp.csr_array, factors: NDArray[np.float32]) -> sp.csr_array:
    """Return the matrix with each column multiplied by its factor, float32 (m,)."""
    data = matrix.data * factors.take(matrix.indices)
    return sp.csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def only_columns(matrix: sp.csr_array, kept: NDArray[np.integer]) -> sp.csr_array:
    """Return the matrix with the entries of some columns, int (m,), alone."""
    some = np.zeros(matrix.shape[1], bool)
    some[kept] = True
    return only(matrix, _of_columns(some, matrix))


def replaced(matrix: sp.csr_array, which: NDArray[np.int64], others: sp.csr_array) -> sp.csr_array:
    """Return the square matrix with other rows, without a diagonal.

    Parameters
    ----------
    which
        int64 (m,), rising. Rows that `others` (m, n) stands for.
    """
    others.sort_indices()
    if not matrix.has_sorted_indices:
        matrix = matrix.copy()  # whoever reads it now reads it as it lies
        matrix.sort_indices()
    before = _spans(matrix.indptr, np.append(0, which + 1), np.append(which, matrix.shape[0]))
    after = _spans(others.indptr, np.arange(len(which)), np.arange(len(which)) + 1)
    lengths = np.diff(matrix.indptr)
    lengths[which] = np.diff(others.indptr)
    indptr = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    data = _woven(matrix.data, before, others.data, after)
    columns = _woven(matrix.indices, before, others.indices, after)
    whole = _assembled(data, columns, indptr, matrix.shape)
    whole.has_sorted_indices = True
    return _without_diagonal(whole)


def _spans(
    indptr: NDArray[np.integer], first: NDArray[np.integer], last: NDArray[np.integer]
) -> list[slice]:
    """Return where the entries of rows from `first` up to `last` are."""
    return list(map(slice, indptr[first].tolist(), indptr[last].tolist()))


def _woven(
    some: NDArray[Any], spans: list[slice], others: NDArray[Any], between: list[slice]
) -> NDArray[Any]:
    """Return spans of one array with those of another between them."""
    pieces = [some[spans[0]]]
    for own, other in zip(spans[1:], between, strict=True):
        pieces += [others[other], some[own]]
    return np.concatenate(pieces)


def _without_diagonal(matrix: sp.csr_array) -> sp.csr_array:
    row = np.repeat(np.arange(matrix.shape[0], dtype=np.int32), np.diff(matrix.indptr))
    own = row == matrix.indices
    return only(matrix, ~own) if own.any() else matrix


def spread(inner: sp.csr_array, kept: NDArray[np.int64], n: int) -> sp.csr_array:
    """Return rows over `kept` positions as rows over all `n`.

    Parameters
    ----------
    kept
        int (m,). Rising positions of the rows and columns of `inner`, shape (m, m).
    """
    wide = sp.csr_array(
        (inner.data, kept[inner.indices].astype(np.int32), inner.indptr), shape=(len(kept), n)
    )
    wide.has_sorted_indices = inner.has_sorted_indices
    return spread_rows(wide, kept, n)


def spread_rows(some: sp.csr_array, kept: NDArray[np.int64], n: int) -> sp.csr_array:
    """Return rows at `kept` positions as rows at all `n`, the others empty.

    Parameters
    ----------
    kept
        int (m,). Rising positions of the rows of `some`, shape (m, width).
    """
    lengths = np.zeros(n, np.int64)
    lengths[kept] = np.diff(some.indptr)
    indptr = np.concatenate([[0], np.cumsum(lengths)])
    tall = _assembled(some.data, some.indices, indptr, (n, some.shape[1]))
    tall.has_sorted_indices = some.has_sorted_indices
    return tall


class Form(NamedTuple):
    """How rows lie in memory.

    Attributes
    ----------
    width
        Length of all rows, in order without gaps; 0 if they differ.
    first
        Entries of each row before those of the columns set apart; 0 if they are mixed.
    """

    width: int = 0
    first: int = 0


MIXED = Form()


def even(rows: sp.csr_array, apart: NDArray[np.bool_] | None = None) -> sp.csr_array:
    """Give all rows one length by explicit zeros, so that they are read like a table.

    Rows that would grow by more than `FILLED` are returned as they are.

    Parameters
    ----------
    apart
        bool (m,). Columns whose entries come last in each row, as a table beside the other one.
    """
    own = np.zeros(rows.shape[1], bool) if apart is None else apart
    last = _of_columns(own, rows)
    parts = [only(rows, ~last), only(rows, last)] if last.any() else [rows]
    widths = [int(np.diff(part.indptr).max(initial=0)) for part in parts]
    n, whole = rows.shape[0], sum(widths)
    if not whole or n * whole > FILLED * rows.nnz:
        return rows if len(parts) == 1 else even(rows)
    pools = [np.flatnonzero(~own), np.flatnonzero(own)] if len(parts) > 1 else [np.arange(len(own))]
    tables = [_table(*each) for each in zip(parts, widths, pools, strict=True)]
    indices, data = (np.concatenate(each, axis=1) for each in zip(*tables, strict=True))
    level = np.arange(n + 1, dtype=np.int64) * whole
    found = _assembled(data.ravel(), indices.ravel(), level, rows.shape)
    found.has_sorted_indices = len(parts) == 1
    return found


def _table(
    rows: sp.csr_array, width: int, pool: NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return columns and values (n, width) of rows, short ones filled with zeros.

    Parameters
    ----------
    pool
        int64. Columns that zeros may be said of, never one twice in a row; at least `width`.
    """
    lengths, n = np.diff(rows.indptr), rows.shape[0]
    indices = np.empty((n, width), rows.indices.dtype)
    data = np.zeros((n, width), rows.data.dtype)
    own = np.arange(width) < lengths[:, None]
    indices[own] = rows.indices
    data[own] = rows.data
    short = np.flatnonzero(lengths < width)
    for start in range(0, len(short), TABLED):
        some = short[start : start + TABLED]
        indices[some] = _filled_up(indices[some], own[some], pool[:width])
        order = np.argsort(indices[some], axis=1)
        indices[some] = np.take_along_axis(indices[some], order, axis=1)
        data[some] = np.take_along_axis(data[some], order, axis=1)
    return indices, data


def _filled_up(
    indices: NDArray[np.int32], own: NDArray[np.bool_], pool: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Return columns (m, width) in which those that are not a row's own are others of a pool.

    Parameters
    ----------
    own
        bool (m, width). The first of each row.
    pool
        int64 (width,).
    """
    n_columns = int(max(pool.max(initial=0), indices[own].max(initial=0))) + 1
    place = np.full(n_columns, len(pool))
    place[pool] = np.arange(len(pool))
    taken = np.zeros((len(indices), len(pool) + 1), bool)
    taken[np.nonzero(own)[0], place[indices[own]]] = True
    free = ~taken[:, :-1]
    lacking = own.shape[1] - own.sum(axis=1)
    free &= np.cumsum(free, axis=1, dtype=np.int32) <= lacking[:, None]
    found = indices.copy()
    found[~own] = pool[np.nonzero(free)[1]]
    return found


def form(rows: sp.csr_array, apart: NDArray[np.bool_]) -> Form:
    """Return how rows lie, with some columns set apart, bool (m,); see `even`."""
    n = rows.shape[0]
    width = len(rows.data) // n if n else 0
    level = np.arange(n + 1, dtype=rows.indptr.dtype) * width
    if not width or not np.array_equal(rows.indptr, level):
        return MIXED
    first = width - int(np.count_nonzero(apart.take(rows.indices[:width])))
    last = _of_columns(apart, rows).reshape(n, width)
    whole = not last[:, :first].any() and last[:, first:].all()
    return Form(width, first if whole else 0)


def gather(
    rows: sp.csr_array, items: NDArray[np.int32], width: int = 0
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.int64]]:
    """Return columns, values and row lengths of the given rows, one after the other.

    Columns are of the type that NumPy looks up by: it would turn any other into it, each time.

    Parameters
    ----------
    width
        Of their form: with one length they are read like a table.
    """
    if not len(items):
        return np.empty(0, np.intp), np.empty(0, np.float32), np.empty(0, np.int64)
    if width:
        columns = rows.indices.reshape(-1, width).take(items, axis=0).reshape(-1)
        values = rows.data.reshape(-1, width).take(items, axis=0).reshape(-1)
        return columns.astype(np.intp), values, np.full(len(items), width, np.int64)
    starts = rows.indptr.take(items)
    lengths = (rows.indptr[1:].take(items) - starts).astype(np.int64)
    total = int(lengths.sum())
    if not total:
        return np.empty(0, np.intp), np.empty(0, np.float32), lengths
    if total < SHORT * len(items):
        places = np.repeat(starts - (lengths.cumsum() - lengths), lengths) + np.arange(total)
        return rows.indices.take(places).astype(np.intp), rows.data.take(places), lengths
    # Joining slices reads each row in one go: quicker than one long index.
    spans = [slice(a, a + m) for a, m in zip(starts.tolist(), lengths.tolist(), strict=True)]
    columns = np.concatenate([rows.indices[span] for span in spans], dtype=np.intp)
    values = np.concatenate([rows.data[span] for span in spans])
    return columns, values, lengths


def tops(
    rows: sp.csr_array, which: NDArray[np.int32], among: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return the largest entry of some rows in some columns, float32 (m,), at least 0.

    Parameters
    ----------
    among
        bool (n_columns,).
    """
    some, place = np.unique(which, return_inverse=True)
    columns, values, lengths = gather(rows, some.astype(np.int32))
    values = np.where(among.take(columns), values, 0)
    found = np.zeros(len(some), np.float32)
    there = np.flatnonzero(lengths)
    if len(there):
        starts = np.concatenate([[0], lengths[there].cumsum()[:-1]])
        found[there] = np.maximum(np.maximum.reduceat(values, starts), 0)
    return found[place]


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
    return _assembled(arrays["data"], arrays["indices"], arrays["indptr"], shape)


def _assembled(
    data: NDArray[np.float32],
    indices: NDArray[np.int32],
    indptr: NDArray[np.int64],
    shape: tuple[int, ...],
) -> sp.csr_array:
    """Return rows over these arrays as they are: with one type of number nothing is copied."""
    if len(data) < np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)
    return sp.csr_array((data, indices, indptr), shape=shape)


def read_facts(path: Path) -> str:
    """Return the JSON that `save` put into the header."""
    return tensors.load(path)[1].get("facts", "{}")
