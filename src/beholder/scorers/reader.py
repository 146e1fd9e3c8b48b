"""Small networks that read a history: what was liked lately, in order, as one vector.

    attention    q = c + heads(c) O,   c = mean of f
    transformer  y = x + heads(LayerNorm(x)) O,   q = mean of y + relu(LayerNorm(y) A) B
    gru          s = GRU(mean of each moment, oldest first),   q = mean of the newest + s O

with x_h = f_h + P[age of h] and heads(z) = sum of a_h x_h V, a = softmax(z Q . x_h K + ln w_h). The
second reads LayerNorm(x) for x there, and y is of the newest moment alone. They were learned
elsewhere; here NumPy reads them. Items of one moment are a set: their order says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from beholder.scorers.interface import Floats, Positions

LONGEST = 20  # newest items of a history that are read
HEADS = 4
TINY = 1e-9
FLAT = 1e-5  # of LayerNorm


@dataclass(frozen=True)
class Reader:
    """One of `KINDS`, and what it has learned.

    Attributes
    ----------
    arrays
        float32, by name.
    """

    kind: str
    arrays: Mapping[str, Floats]

    def __call__(self, vectors: Floats, weights: Floats, age: Positions) -> Floats:
        """Return the vector of one history, float32 (d,), of length 1.

        Parameters
        ----------
        vectors
            float32 (h, d), oldest first; at least one.
        weights
            float32 (h,), above 0.
        age
            (h,). Moments since, 0 for the newest.
        """
        newest = slice(-LONGEST, None)
        f, w, age = vectors[newest], np.maximum(weights[newest], TINY), age[newest]
        found = KINDS[self.kind](self.arrays, f, w, age - age.min())
        unit: Floats = (found / max(float(np.linalg.norm(found)), TINY)).astype(np.float32)
        return unit


def _attention(a: Mapping[str, Floats], f: Floats, w: Floats, age: Positions) -> Floats:
    centre = _mean(f, w)
    x = f + _of_age(a, age)
    heads: Floats = centre + (_heads(a, centre[None] @ a["Q"], x, w) @ a["O"])[0]
    return heads


def _transformer(a: Mapping[str, Floats], f: Floats, w: Floats, age: Positions) -> Floats:
    x = f + _of_age(a, age)
    newest, flat = age == 0, _flattened(x, a["first"])
    y = x[newest] + _heads(a, flat[newest] @ a["Q"], flat, w) @ a["O"]
    y = y + np.maximum(_flattened(y, a["second"]) @ a["A"], 0) @ a["B"]
    return _mean(y, w[newest])


def _gru(a: Mapping[str, Floats], f: Floats, w: Floats, age: Positions) -> Floats:
    state = moment = np.zeros(f.shape[1], np.float32)
    for old in np.unique(age)[::-1]:
        there = age == old
        moment = _mean(f[there], w[there])
        into, back = moment @ a["W"] + a["b"], state @ a["U"] + a["c"]
        forget, update, fresh = zip(np.split(into, 3), np.split(back, 3), strict=True)
        r, z = (1 / (1 + np.exp(-(one + other))) for one, other in (forget, update))
        state = (1 - z) * np.tanh(fresh[0] + r * fresh[1]) + z * state
    found: Floats = moment + state @ a["O"]
    return found


def drawn(kind: str, d: int) -> Reader:
    """Return a reader that has learned nothing, by which it is measured how long one takes."""
    rng = np.random.default_rng(0)
    shapes = dict.fromkeys("QKVO", (d, d)) | {"A": (d, 2 * d), "B": (2 * d, d)}
    shapes |= {"P": (LONGEST, d), "W": (d, 3 * d)}
    shapes |= {"U": (d, 3 * d), "b": (1, 3 * d), "c": (1, 3 * d), "first": (2, d), "second": (2, d)}
    arrays = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    arrays |= {name: arrays[name][0] for name in "bc"}
    return Reader(kind, arrays)


Reading = Callable[[Mapping[str, Floats], Floats, Floats, Positions], Floats]
KINDS: dict[str, Reading] = {"attention": _attention, "transformer": _transformer, "gru": _gru}


def _mean(f: Floats, w: Floats) -> Floats:
    mean: Floats = (w @ f) / w.sum()
    return mean


def _of_age(a: Mapping[str, Floats], age: Positions) -> Floats:
    return a["P"][np.minimum(age, len(a["P"]) - 1)]


def _heads(a: Mapping[str, Floats], asked: Floats, x: Floats, w: Floats) -> Floats:
    """Return what each head reads for each question, float32 (b, d), side by side."""
    width = x.shape[1] // HEADS
    shape = (-1, HEADS, width)
    q, k, v = (each.reshape(shape) for each in (asked, x @ a["K"], x @ a["V"]))
    told = np.einsum("bnd,hnd->bnh", q, k) / np.float32(width**0.5) + np.log(w)
    told = np.exp(told - told.max(axis=2, keepdims=True))
    told /= told.sum(axis=2, keepdims=True)
    found: Floats = np.einsum("bnh,hnd->bnd", told, v).reshape(len(asked), -1)
    return found


def _flattened(x: Floats, gain: Floats) -> Floats:
    """Return rows of mean 0 and deviation 1, times a gain and above a base, float32 (2, d)."""
    spread = np.sqrt(x.var(axis=1, keepdims=True) + np.float32(FLAT))
    flat: Floats = (x - x.mean(axis=1, keepdims=True)) / spread * gain[0] + gain[1]
    return flat
