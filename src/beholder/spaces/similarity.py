"""How alike two items are: one weighted mean over modalities, in which the missing is expected."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.errors import UsageError
from beholder.spaces.content import (
    fit_numbers,
    fit_spaces,
    load_numbers,
    load_spaces,
    save_numbers,
    save_spaces,
)
from beholder.spaces.expectation import Expectation
from beholder.spaces.interface import Block, Floats, Mask, Positions, Raw, Space
from beholder.spaces.modality import Modality
from beholder.spaces.number_space import NumberSpace

FILE = "similarity.json"
Shape = tuple[int, ...]
OfPairs = Callable[[Floats], Floats]


class Kept(msgspec.Struct):
    """What `similarity.json` says beside the spaces."""

    n_items: int
    weights: dict[str, float]
    expectation: Expectation
    numbers: list[str] = []


class Table(NamedTuple):
    """What cosines count for, by which modalities two items have.

    Attributes
    ----------
    of
        int32 (n,). The set of modalities of each item, numbered.
    constants
        float32 (sets, sets). By the sets of two items.
    shares
        float32 (sets, sets) for each modality.
    """

    of: NDArray[np.int32]
    constants: Floats
    shares: dict[str, Floats]


@dataclass(frozen=True)
class Similarity:
    """The one likeness that lists, models, search, dislikes and late items read.

    S(i, j) = sum over modalities of w_m c_m(i, j), weights scaled to sum 1, where a cosine that
    is missing because i or j lacks the modality is its expectation given those that are present.
    About -1 to 1. An item that nothing at all is known of is like nothing: 0, itself too.

    Attributes
    ----------
    n_items
        How many items there are, whatever is known of them.
    spaces
        By modality; none where nothing is known of any item, and then nothing is alike.
    weights
        Of each space, at least 0, some above; of a weight of 0 nothing is read.
    expectation
        Of all spaces, whatever their weights.
    numbers
        Numbers of the items, which are no part of the likeness: who asks for them compares by
        them beside it.

    Raises
    ------
    UsageError
        If weights and spaces are of other names, or no weight is above 0.
    """

    n_items: int
    spaces: Mapping[str, Space]
    weights: Mapping[str, float]
    expectation: Expectation
    numbers: Mapping[str, NumberSpace] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.weights.keys() != self.spaces.keys():
            raise UsageError(
                f"weights are of {sorted(self.weights)}, spaces of {sorted(self.spaces)}"
            )
        values = list(self.weights.values())
        if values and not (min(values) >= 0 and 0 < sum(values) < np.inf):
            raise UsageError(f"weights of modalities are {values}", remedy="0 or more, some above")

    @classmethod
    def fit(
        cls,
        content: Mapping[str, Raw],
        fitted: Mask,
        weights: Mapping[str, float] | None = None,
        seed: int = 0,
        numbers: Mapping[str, Modality] | None = None,
    ) -> Self:
        """Learn spaces and expectations from `fitted` items, bool (n,).

        Parameters
        ----------
        content
            Vectors or texts of all items by modality; one that no fitted item has is left out.
        weights
            By modality, of more than there are as well; None: all count alike, as where those
            that count were left out.
        numbers
            One of each item that has it, by name.
        """
        spaces = fit_spaces(content, fitted, seed)
        expectation = Expectation.fit(spaces, fitted, seed)
        even = dict.fromkeys(spaces, 1.0)
        chosen = even if weights is None else {name: weights[name] for name in spaces}
        weighed = chosen if any(chosen.values()) else even
        known = fit_numbers(numbers or {}, fitted)
        return cls(len(fitted), spaces, weighed, expectation, known)

    def weighed(self, weights: Mapping[str, float]) -> Self:
        """Return the same spaces with other weights; nothing is learned anew."""
        return replace(self, weights=dict(weights))

    def __len__(self) -> int:
        return self.n_items

    @property
    def counted(self) -> dict[str, Space]:
        """The spaces whose weight is above 0."""
        return {name: space for name, space in self.spaces.items() if self.weights[name] > 0}

    @cached_property
    def present(self) -> Mask:
        """bool (n,). The items that anything is known of."""
        known = np.zeros(len(self), bool)
        for space in self.counted.values():
            known |= space.present
        return known

    @cached_property
    def _table(self) -> Table:
        counted = self.counted
        has = np.zeros((len(self), len(counted)), bool)
        for column, space in enumerate(counted.values()):
            has[:, column] = space.present
        code = has @ (1 << np.arange(len(counted), dtype=np.int64))  # a set as one number
        first, of = np.unique(code, return_index=True, return_inverse=True)[1:]
        sets = has[first]
        weights = {name: self.weights[name] for name in counted}
        constants = np.zeros((len(sets), len(sets)), np.float32)
        shares = {name: np.zeros_like(constants) for name in counted}
        for one, two in np.ndindex(constants.shape):
            if not (sets[one].any() and sets[two].any()):
                continue
            both = sets[one] & sets[two]
            present = [name for name, there in zip(counted, both, strict=True) if there]
            mix = self.expectation.mix(present, weights)
            constants[one, two] = mix.constant
            for name, share in mix.shares.items():
                shares[name][one, two] = share
        return Table(of.reshape(-1).astype(np.int32), constants, shares)

    def block(self, positions: Block) -> Floats:
        """Return S of some items with all, float32 (len(positions), n)."""
        cosines = {name: space.cosines(positions) for name, space in self.counted.items()}
        return self.mixed(cosines, positions)

    def mixed(self, cosines: Mapping[str, Floats], positions: Block) -> Floats:
        """Return S of some items with all, of cosines that are there already.

        Parameters
        ----------
        cosines
            Of these items with all, for each space that counts.
        """
        counted = {name: cosines[name] for name in self.counted}
        return self._grid(counted, self._table.of[positions], self._table.of)

    def between(self, some: Positions, others: Positions) -> Floats:
        """Return S of some items with others, float32 (len(some), len(others))."""
        cosines = {name: space.between(some, others) for name, space in self.counted.items()}
        return self._grid(cosines, self._table.of[some], self._table.of[others])

    def pairs(self, some: Positions, others: Positions) -> Floats:
        """Return S of each of some items with its partner, float32 (p,)."""
        ours, theirs = self._table.of[some], self._table.of[others]
        cosines = {name: space.pairs(some, others) for name, space in self.counted.items()}
        return self._mixed(cosines, lambda table: table[ours, theirs], ours.shape)

    def similar(self, raw: Mapping[str, Any]) -> Floats:
        """Return S of one new sample with all items, float32 (n,).

        Parameters
        ----------
        raw
            What is known of it by modality: raw vectors (m, dim), of which the best speaks for
            each item, or one text in a list. Modalities that have no space are not read.
        """
        cosines = {
            name: space.similar(raw[name]).max(axis=0)
            for name, space in self.counted.items()
            if name in raw and len(raw[name])
        }
        weights = {name: self.weights[name] for name in self.counted}
        found = np.zeros(len(self), np.float32)
        first = np.unique(self._table.of, return_index=True)[1]
        for kind, example in enumerate(first):
            if not cosines or not self.present[example]:
                continue
            present = [name for name in cosines if self.counted[name].present[example]]
            mix = self.expectation.mix(present, weights)
            among = self._table.of == kind
            found[among] = mix.constant
            for name, share in mix.shares.items():
                found[among] += np.float32(share) * cosines[name][among]
        return found

    def grown(self, n: int, raw: Mapping[str, Raw]) -> Self:
        """Return the similarity with `n` more items after the last.

        Parameters
        ----------
        raw
            Their vectors or texts by modality; they lack those that are not named.
        """
        spaces = {name: space.grown(n, raw.get(name)) for name, space in self.spaces.items()}
        numbers = {}
        for name, own in self.numbers.items():
            more = raw.get(name)
            numbers[name] = own.grown(n, more if isinstance(more, Modality) else None)
        return replace(self, spaces=spaces, numbers=numbers, n_items=self.n_items + n)

    def with_others(self, positions: Positions, raw: Mapping[str, Raw]) -> Self:
        """Return the similarity with other content in some places.

        Parameters
        ----------
        raw
            Of these items, as in `grown`.
        """
        order = np.arange(len(self))
        order[positions] = len(self) + np.arange(len(positions))
        return self.grown(len(positions), raw).of(order)

    def gram_block(self, weights: Mapping[str, float], block: Block) -> Floats:
        """Return sum of a_m V_m[block] V_m', float32 (len(block), n), for closed-form models.

        Never the expected mean, which is not positive definite: what is missing has zero rows.

        Parameters
        ----------
        weights
            a_m by modality, at least 0; modalities that are not named do not count.
        """
        height = len(np.arange(len(self))[block])
        found = np.zeros((height, len(self)), np.float32)
        for name, space in self.spaces.items():
            if weights.get(name):
                found += np.float32(weights[name]) * space.gram(block)
        return found

    def of(self, positions: Positions) -> Self:
        """Return the similarity of some items alone, in this order."""
        spaces = {name: space.of(positions) for name, space in self.spaces.items()}
        numbers = {name: own.of(positions) for name, own in self.numbers.items()}
        return replace(self, spaces=spaces, numbers=numbers, n_items=len(positions))

    def save(self, folder: Path) -> None:
        """Write a folder for each space, and `similarity.json`."""
        save_spaces(self.spaces, folder)
        save_numbers(self.numbers, folder)
        kept = Kept(self.n_items, dict(self.weights), self.expectation, list(self.numbers))
        (folder / FILE).write_bytes(msgspec.json.encode(kept))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what `save` wrote."""
        kept = msgspec.json.decode((folder / FILE).read_bytes(), type=Kept)
        spaces = load_spaces(folder, list(kept.weights))
        numbers = load_numbers(folder, kept.numbers)
        return cls(kept.n_items, spaces, kept.weights, kept.expectation, numbers)

    def _grid(
        self, cosines: Mapping[str, Floats], ours: NDArray[np.int32], theirs: NDArray[np.int32]
    ) -> Floats:
        """Return the sum for each of some sets of modalities with each of others."""
        shape = (len(ours), len(theirs))
        return self._mixed(cosines, lambda table: table[ours].take(theirs, axis=1), shape)

    def _mixed(self, cosines: Mapping[str, Floats], of_pairs: OfPairs, shape: Shape) -> Floats:
        """Return the sum over cosines; `of_pairs` spreads a table (sets, sets) over the pairs."""
        table = self._table
        if len(table.constants) == 1:  # all have the same modalities: one sum for everything
            found = np.zeros(shape, np.float32)
            for count, (name, one) in enumerate(cosines.items()):
                if count:
                    found += table.shares[name][0, 0] * one
                else:
                    np.multiply(one, table.shares[name][0, 0], out=found)
            found += table.constants[0, 0]
            return found
        found = of_pairs(table.constants)
        for name, one in cosines.items():
            shares = of_pairs(table.shares[name])
            shares *= one
            found += shares
        return found
