"""The loss of a learned metric on one batch of couples, and its gradient, written out.

    L(W) = mean over i of [log sum over j of exp(s_ij) - s_ii] + rho |W - I|^2
    s_ij = f(a_i) . f(b_j) / tau - log q(b_j),   f(x) = x W / |x W|

q is how often an item is among the couples, so that popular items are no worse for being drawn
more often as others (Yi et al., RecSys 2019). An item that is the one or the other of a couple is
no stranger to it: s_ij counts for nothing where b_j is a_i or b_i (van den Oord et al., 2018).
"""

from __future__ import annotations

import numpy as np

from beholder.scorers.interface import Floats, Mask, Places

TINY = 1e-9


def loss_and_gradient(
    matrix: Floats, a: Floats, b: Floats, logq: Floats, strange: Mask, tau: float, rho: float
) -> tuple[float, Floats]:
    """Return the loss of a batch, and its gradient by the matrix.

    Parameters
    ----------
    matrix
        (D, D) of any floating type, which all numbers here have.
    a, b
        (m, D). Contents of both items of each couple.
    logq
        (m,). Of the second items.
    strange
        bool (m, m). Where a second item is a stranger to a couple; its own is one by right.
    """
    (one, long), (two, tall) = _mapped(a, matrix), _mapped(b, matrix)
    scores = one @ two.T / tau - logq
    np.copyto(scores, -np.inf, where=~strange)
    scores -= scores.max(axis=1, keepdims=True)
    own = np.arange(len(a))
    right = scores[own, own].copy()
    shares = np.exp(scores, out=scores)
    sums = shares.sum(axis=1)
    loss = float((np.log(sums) - right).mean())
    shares /= sums[:, None]
    shares[own, own] -= 1
    shares /= tau * len(a)
    gradient = a.T @ _behind(shares @ two, one, long)
    gradient += b.T @ _behind(shares.T @ one, two, tall)
    away = matrix - np.eye(len(matrix), dtype=matrix.dtype)
    return loss + rho * float((away**2).sum()), gradient + 2 * rho * away


def strangers(a: Places, b: Places) -> Mask:
    """Return which second items are strangers to which couples, bool (m, m), and each its own."""
    found: Mask = (b[:, None] != b) & (a[:, None] != b)
    np.fill_diagonal(found, True)
    return found


def _mapped(x: Floats, matrix: Floats) -> tuple[Floats, Floats]:
    """Return unit rows of x W, and how long they were, (m, 1)."""
    y = x @ matrix
    lengths = np.maximum(np.sqrt((y * y).sum(axis=1, keepdims=True)), TINY)
    return y / lengths, lengths


def _behind(gradient: Floats, unit: Floats, lengths: Floats) -> Floats:
    """Return the gradient by rows before they were made unit rows."""
    along = (gradient * unit).sum(axis=1, keepdims=True)
    behind: Floats = (gradient - along * unit) / lengths
    return behind
