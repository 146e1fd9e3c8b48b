"""Items that came later, in layers beside a matrix that is never copied for them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from beholder.scorers import rows
from beholder.scorers.interface import Floats, Mask, Places, Positions, Query
from beholder.scorers.rows import MIXED, Form


class Layer(NamedTuple):
    """Some items after the last, and what they and those before say of each other.

    Attributes
    ----------
    columns
        float32 sparse (n, m). What the n items before say of these.
    rows
        float32 sparse (m, n + m). What these say of all.
    mix
        float32 sparse (m, first n). The known items that each of them is like.
    """

    columns: sp.csr_array
    rows: sp.csr_array
    mix: sp.csr_array


class Gathered(NamedTuple):
    """The entries of the rows of one history, piece by piece.

    Attributes
    ----------
    columns
        intp (m,). Candidates.
    values
        float32 (m,). What each history item adds to them, weights included.
    lengths, owner
        int64 (pieces,). Entries of each piece, and the place in the history that it is of.
    """

    columns: NDArray[np.intp]
    values: Floats
    lengths: Places
    owner: Places


class Said(NamedTuple):
    """What the rows of a history say of some positions, entry by entry.

    Attributes
    ----------
    places, owners
        int64 (e,). Of which of the positions, and of which item of the history.
    values
        float32 (e,). What it adds, never twice for one pair.
    """

    places: Places
    owners: Places
    values: Floats


NOTHING_SAID = Said(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))


def joined(one: Layer, next_one: Layer) -> Layer:
    """Return two layers that follow each other as one."""
    n = one.columns.shape[0]
    columns = rows.beside(one.columns, next_one.columns[:n])
    own = rows.beside(one.rows, next_one.columns[n:])
    mix = rows.stacked([one.mix, next_one.mix])
    both = rows.stacked([own, next_one.rows])
    return Layer(columns, both, mix)


def gather(
    base: sp.csr_array, form: Form, layers: tuple[Layer, ...], query: Query, new: Mask
) -> Gathered:
    """Read base rows and what each layer has for the items of a history.

    Parameters
    ----------
    form
        What `rows.form` says of the base, new columns set apart.
    new
        bool (n_items,). Columns that take the history as `query.among_new` weighs it.
    """
    told = _Told(query.items, query.weights, query.among_new, np.arange(len(query.items)), new)
    if not layers:
        return _piece(base, told, 0, form)
    newest = int(query.items.max(initial=-1))
    pieces = [_piece(base, told.within(0, base.shape[0], newest), 0, form)]
    for layer in layers:
        first, last = layer.columns.shape[0], layer.rows.shape[1]
        pieces.append(_piece(layer.columns, told.within(0, first, newest), first))
        if newest >= first:
            pieces.append(_piece(layer.rows, told.within(first, last, newest), 0))
    read = [piece for piece in pieces if len(piece.columns)]
    if len(read) < 2:
        return read[0] if read else pieces[0]
    return Gathered(*map(np.concatenate, zip(*read, strict=True)))


class _Told(NamedTuple):
    """Some items of a history: rows, weights by column, and their places in it."""

    items: Positions
    weights: Floats
    among_new: Floats | None
    owner: Places
    new: Mask

    def within(self, start: int, stop: int, newest: int) -> _Told:
        """Return those of some positions, counted from the first of these."""
        if not start and newest < stop:
            return self
        owner = np.flatnonzero((self.items >= start) & (self.items < stop))
        other = None if self.among_new is None else self.among_new[owner]
        items = self.items[owner] - np.int32(start)
        return _Told(items, self.weights[owner], other, owner, self.new)

    def weigh(self, read: NDArray[np.intp], values: Floats, lengths: Places, form: Form) -> None:
        """Multiply the entries that were read, in place, by the weights of their rows."""
        if form.width:
            table, other = values.reshape(-1, form.width), self.among_new
            if other is None:
                table *= self.weights[:, None]
                return
            if form.first:
                table[:, : form.first] *= self.weights[:, None]
                table[:, form.first :] *= other[:, None]
                return
        weights: Floats = self.weights.repeat(lengths)
        if self.among_new is not None:
            np.copyto(weights, self.among_new.repeat(lengths), where=self.new.take(read))
        values *= weights


def _piece(matrix: sp.csr_array, told: _Told, offset: int, form: Form = MIXED) -> Gathered:
    """Read rows of a matrix whose first column is the position `offset`."""
    columns, values, lengths = rows.gather(matrix, told.items, form.width)
    if len(columns):
        columns = columns + offset if offset else columns
        told.weigh(columns, values, lengths, form)
    return Gathered(columns, values, lengths, told.owner)
