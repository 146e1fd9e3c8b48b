"""What goes into the store and what comes out of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

Attribute = str | bool | float | list[str]
Status = Literal["stored", "same", "conflict", "unknown-item", "erased"]
Purpose = Literal["recommend", "train", "measure"]
PURPOSES: tuple[Purpose, ...] = ("recommend", "train", "measure")


class Purposes(msgspec.Struct, frozen=True):
    """What somebody allows to be done with what they did.

    Attributes
    ----------
    recommend
        Their own recommendations are made of it.
    train
        Models, and lists such as what is trending, learn from it for everybody.
    measure
        What was shown to them is kept under them, and evaluations ask about them.
    """

    recommend: bool
    train: bool
    measure: bool


class Who(NamedTuple):
    """A person by the caller's id: a user, or a session that nobody has signed in to."""

    kind: Literal["user", "session"]
    id: str


class ItemRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An item as a shop describes it.

    Attributes
    ----------
    attributes
        Words, numbers or lists of words: description, category, tags, price, and so on.
    pictures
        SHA-256 of each picture in hexadecimal, the cover first; one that comes twice is shown
        once. None leaves those that the item has; an empty list takes them away.
    """

    item_id: str
    title: str
    attributes: dict[str, Attribute] = msgspec.field(default_factory=dict)
    pictures: list[str] | None = None


class Counts(msgspec.Struct):
    """How many rows were new, other than before, and as they were."""

    added: int = 0
    changed: int = 0
    same: int = 0


class Outcome(msgspec.Struct, frozen=True):
    """What became of one event.

    Attributes
    ----------
    event_id
        The caller's own, else one that names the event for `retract`.
    status
        `stored` and `same`: it is in the store, durably. `conflict`: its id came before with
        another body; `unknown-item`: no such item; `erased`: this person was erased less than
        a day ago. The last three store nothing.
    """

    event_id: str
    status: Status


@dataclass(frozen=True)
class Snapshot:
    """What one request needs of a person, as of one moment.

    Attributes
    ----------
    version
        Of the catalogue at that moment.
    known, profiling
        Whether the store knows this person, and may use what it knows. Where profiling is off
        there are no rows.
    persons
        Row numbers of the people it was read for: user, session, or both.
    rows
        Time, item number, kind, value and number of each event, the newest 10,000 at most, newest
        first. Those of one moment are in any order; `columns` has them as they came.
    """

    version: int
    known: bool = False
    profiling: bool = True
    persons: tuple[int, ...] = ()
    rows: list[tuple[Any, ...]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def seqs(self) -> NDArray[np.int64]:
        """int64. Row numbers of the items, oldest event first."""
        return self.columns()[0]

    def columns(
        self,
    ) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.uint8], NDArray[np.float32]]:
        """Return item numbers, times, kinds and values, oldest first.

        int64; int64, milliseconds since 1970; uint8, codes of `behaviour.kinds`; float32,
        rating, seconds or pieces, NaN where an event has none.
        """
        times, seqs, kinds, values, numbers = (
            zip(*self.rows, strict=True) if self.rows else [()] * 5
        )
        moments = np.array(times, np.int64)
        order: Any = slice(None, None, -1)
        if (moments[1:] >= moments[:-1]).any():
            order = np.lexsort((np.array(numbers, np.int64), moments))
        return (
            np.array(seqs, np.int64)[order],
            moments[order],
            np.array(kinds, np.uint8)[order],
            np.array(values, np.float32)[order],
        )


@dataclass(frozen=True)
class TrainingEvents:
    """All events of those who allow a purpose, arrays of one length.

    The events of one person keep the order in which they were stored; people are interleaved.

    Attributes
    ----------
    users
        int32. Codes from 0 without gaps, of this reading only.
    seqs, times, kinds, values
        As in `Snapshot`.
    n_users
        How many people have at least one event here.
    measured
        bool (n_users,). Who of them allows `measure`, too.
    persons
        int64 (n_users,). Row number of each.
    """

    users: NDArray[np.int32]
    seqs: NDArray[np.int64]
    times: NDArray[np.int64]
    kinds: NDArray[np.uint8]
    values: NDArray[np.float32]
    n_users: int
    measured: NDArray[np.bool_]
    persons: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __len__(self) -> int:
        return len(self.users)


class Receipt(msgspec.Struct, frozen=True):
    """The proof of an erasure. It names no one.

    Attributes
    ----------
    number
        Random; given to the person who asked.
    asked, done
        Milliseconds since 1970; 0 where it was interrupted.
    key_fingerprint
        The first half of the SHA-256 of the destroyed key; empty if the person was not known.
    networks
        Networks of this person alone that were destroyed.
    bundles
        Those that were fitted while the person's events were there.
    subject
        Hash of the random number that the person's rows stood under: who restores a backup finds
        them by it, and nobody finds the person. Empty if the person was not known.
    """

    number: str
    asked: int
    done: int = 0
    known: bool = False
    events: int = 0
    texts: int = 0
    segments: int = 0
    key_fingerprint: str = ""
    bundles: list[str] = []
    answers: int = 0
    subject: str = ""
    networks: int = 0
