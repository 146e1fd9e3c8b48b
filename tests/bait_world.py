"""A shop in which bait is clicked and never bought: what people see of it, and what they do.

A third of the items is bait. Of the others those of a person's own brand are bought. Nothing of it
stands in what people liked before, which is the brand alone. What is clicked is watched, bait for a
second of fifty; what is bought is rated, and of one's own brand well.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from beholder.behaviour.event import Event
from beholder.store import ItemRecord, Store, Who, people
from beholder.store.answer_log import Given, Sighted, write
from beholder.store.answers import Shown, pack
from beholder.workspace import Workspace

DAY = 86_400_000
N, BRANDS, PLACES, DAYS = 120, 3, 10, 24
BEGIN = 1_767_600_000_000
TOML = 'title = "Bait"\n\n[encode]\nencoders = []\n\n[privacy]\nanswers_days = 36500\n'


@dataclass(frozen=True)
class Bait:
    """What is so in this shop, whoever looks.

    Attributes
    ----------
    bait, brand
        bool, int (n_items,).
    taste
        int (n_users,). The brand of each person.
    """

    bait: np.ndarray
    brand: np.ndarray
    taste: np.ndarray

    def click(self, user: int, items: np.ndarray, place: np.ndarray) -> np.ndarray:
        own = self.brand[items] == self.taste[user]
        return np.where(self.bait[items], 0.5, 0.1 + 0.15 * own) / (1 + 0.1 * place)

    def watch(self, items: np.ndarray) -> np.ndarray:
        return np.where(self.bait[items], 1.0, 40.0)

    def rate(self, user: int, items: np.ndarray) -> np.ndarray:
        return np.where(self.brand[items] == self.taste[user], 4.0, 2.0)

    def buy(self, user: int, items: np.ndarray) -> np.ndarray:
        own = self.brand[items] == self.taste[user]
        return np.where(self.bait[items], 0.0, 0.02 + 0.16 * own)


def bait_world(n_users: int, seed: int = 5) -> Bait:
    rng = np.random.default_rng(seed)
    return Bait(np.arange(N) % 3 == 0, rng.integers(0, BRANDS, N), rng.integers(0, BRANDS, n_users))


def bait_workspace(
    root: Path, n_users: int = 150, *, shuffled: bool = False, more: str = ""
) -> tuple[Workspace, Bait]:
    """Return the shop with its people: a page of ten on each of so many days.

    Parameters
    ----------
    shuffled
        Whether what follows has nothing to do with what was seen.
    """
    made, rng = bait_world(n_users), np.random.default_rng(9)
    workspace = Workspace.create(root, TOML + more)
    with Store.open(workspace, create=True) as store:
        store.put_items(
            [
                ItemRecord(
                    f"i{at}", f"thing {at}", {"brand": f"b{made.brand[at]}", "duration": 50.0}
                )
                for at in range(N)
            ]
        )
        events, entries = [], []
        persons = _people(store, made, rng)
        seqs = store.seqs([f"i{at}" for at in range(N)])
        for user in range(n_users):
            for day in range(DAYS):
                moment = BEGIN + (day + 1) * DAY + user * 1000
                items = rng.choice(N, PLACES, replace=False)
                name = f"{user:08x}{day:08x}"
                entries += _answer(name, persons[user], moment, seqs[items])
                of = rng.permutation(items) if shuffled else items
                events += _followed(made, user, items, of, moment + 60_000, rng)
        for start in range(0, len(events), 1000):
            store.record(events[start : start + 1000])
        with store.database.write() as connection:
            write(connection, entries)
    return workspace, made


def _followed(
    made: Bait,
    user: int,
    items: np.ndarray,
    of: np.ndarray,
    moment: int,
    rng: np.random.Generator,
) -> list[Event]:
    """Draw what somebody does with items in sight, as if they were `of`."""
    place = np.arange(len(items))
    did = [
        ("click", rng.random(len(items)) < made.click(user, of, place), None),
        ("watch", None, made.watch(of) * rng.uniform(0.5, 1.2, len(items))),
        ("purchase", rng.random(len(items)) < made.buy(user, of), None),
        ("rating", None, made.rate(user, of) + rng.integers(0, 2, len(items))),
    ]
    found, there = [], np.zeros(len(items), bool)
    for after, (kind, drawn, values) in enumerate(did):
        there = there if drawn is None else drawn  # watched is what was clicked
        for at in np.flatnonzero(there):
            value = None if values is None else float(values[at])
            when = moment + 1000 * after + int(at)
            found.append(Event(f"i{items[at]}", kind, f"u{user}", value=value, time=when))
    return found


def _people(store: Store, made: Bait, rng: np.random.Generator) -> list[int]:
    """Let everybody like three things of their own brand, and return their row numbers."""
    for user, brand in enumerate(made.taste):
        own = rng.choice(np.flatnonzero(made.brand == brand), 3, replace=False)
        store.record([Event(f"i{at}", "like", f"u{user}", time=BEGIN) for at in own])
    found = []
    for user in range(len(made.taste)):
        link = store.keys.find_one(store.keys.mac(Who("user", f"u{user}")))
        with store.database.read() as connection:
            found.append(people.find(connection, [link.subject])[link.subject][0])
    return found


def _answer(name: str, person: int, moment: int, seqs: np.ndarray) -> list[Given | Sighted]:
    n = len(seqs)
    shown = Shown(
        seqs.astype(np.int32), np.ones(n, np.float32), np.ones(n, np.float32), np.ones(n, np.uint8)
    )
    given = Given(bytes.fromhex(name), person, "test", moment, 0, pack(shown))
    return [given, Sighted(given.id, tuple(range(n)), None)]
