"""From a workspace to arrays: items by position, positive pairs, content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from beholder.behaviour.kinds import weigh
from beholder.behaviour.reduce import Events
from beholder.dataset.codes import codes_of
from beholder.dataset.daily_cap import capped
from beholder.dataset.dataset import Dataset
from beholder.dataset.log import Log, log_of
from beholder.dataset.numbers import number_names, numbers_of
from beholder.dataset.people import Marks, marks_of_people, numbers_of_people
from beholder.dataset.raw_vectors import RawVectors
from beholder.dataset.texts import groups_of, text_of
from beholder.encoders.workspace import refused_items
from beholder.errors import WorkspaceError
from beholder.settings import Settings
from beholder.store.records import TrainingEvents
from beholder.store.store import Store
from beholder.workspace import Workspace

ITEM_COLUMNS = (
    "seq", "item_id", "title", "attributes", "picture", "width", "height", "colour", "hidden",
    "pictures",
)  # fmt: skip

LENGTH = "duration"  # an attribute, in seconds


@dataclass(frozen=True)
class Built:
    """A dataset with the item table it was made from.

    Attributes
    ----------
    items
        Arrow table with `ITEM_COLUMNS`, in order of position; hidden ones too.
    version
        Of the catalogue, as of this table.
    fingerprint
        Hexadecimal: changes when items, pictures or events change.
    newest
        Milliseconds since 1970 of the newest event, 0 without any.
    unseen
        Items with pictures of which an encoder of the settings has no vector, by its name.
    unreadable
        Items all of whose pictures were refused when they were encoded, with one of these.
    damaged
        Files of its cache that were passed over, by the name of an encoder.
    measured
        bool (n_users,). Who may be asked about in an evaluation.
    held
        The largest number of a person whose events were read, and how many people were there:
        fewer of them later, and somebody was erased; see `Store.held`.
    left_out
        Which events count for nothing, in words, see `daily_cap`; and which networks of pictures
        and words were left out.
    persons
        int64 (n_users,). Row number of each person in the store.
    lengths
        float32 (n_items,). Seconds that each item lasts; see `lengths_of`.
    """

    dataset: Dataset
    items: pa.Table
    version: int
    fingerprint: str
    newest: int
    unseen: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    damaged: dict[str, int] = field(default_factory=dict)
    held: tuple[int, int] = (0, 0)
    left_out: list[str] = field(default_factory=list)
    measured: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, bool))
    persons: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    lengths: NDArray[np.float32] = field(default_factory=lambda: np.empty(0, np.float32))


def build(workspace: Workspace, store: Store, seed: int, settings: Settings | None = None) -> Built:
    """Read items, events and vectors.

    Raises
    ------
    WorkspaceError
        If there are no items, or all are hidden.
    """
    settings = settings or workspace.settings
    version = store.catalogue_version()
    items = store.items()
    if not items.num_rows:
        raise WorkspaceError(
            "there are no items in this workspace",
            remedy=f"run `beholder import {workspace.root} --items FILE`",
        )
    media = items["media"].to_pylist()
    items = item_table(items)
    if pc.all(items["hidden"]).as_py():  # hidden ones are learned from, for when they come back
        raise WorkspaceError("every item in this workspace is hidden", remedy="show some first")
    highest = store.highest_person()
    held = store.held(highest)
    events, left_out = capped(store.training_events("train"), settings.behaviour.daily_cap)
    marks = marks_of_people(events)
    numbers = numbers_of_people(marks)
    order = np.argsort(numbers)
    measured, persons = events.measured[order], events.persons[order]
    events = replace(events, users=numbers[events.users], measured=measured, persons=persons)
    log = read_log(events, items, settings, seed)
    attributes = [msgspec.json.decode(text or "{}") for text in items["attributes"].to_pylist()]
    titles = items["title"].to_pylist()
    texts = [text_of(title, attr) for title, attr in zip(titles, attributes, strict=True)]
    read = RawVectors(workspace, settings.encode.encoders)
    pictures = items["pictures"].to_pylist()
    vectors = read(items["item_id"].to_pylist(), pictures, texts)
    left_out += [f"left out: {why}" for why in read.left_out.values()]
    amounts = numbers_of(attributes, number_names(attributes, settings.facets))
    groups = groups_of(attributes).of_items
    codes = codes_of(attributes, settings.facets)
    dataset = Dataset(log, vectors, texts, groups, numbers=amounts, codes=codes)
    newest = int(events.times.max(initial=0))
    pictured = np.array([bool(own) for own in pictures], bool)
    looked = {name: raw.present for name, raw in vectors.items()} | read.pictured
    seen = {name: looked[name] for name in settings.encode.encoders if name in looked}
    ids = items["item_id"].to_pylist()
    refused = refused_items(workspace, ids, pictures)
    blind = pictured & ~np.any([np.zeros(len(pictured), bool), *seen.values()], axis=0)
    unreadable = {ids[i]: refused[ids[i]] for i in np.flatnonzero(blind) if ids[i] in refused}
    pictured &= np.array([item not in unreadable for item in ids], bool)
    unseen = {
        name: int((pictured & ~seen.get(name, np.zeros(len(pictured), bool))).sum())
        for name in settings.encode.encoders
    }
    lacking = {name: n for name, n in unseen.items() if n}
    told = _fingerprint(items, marks)
    own = (highest, held)
    return Built(
        dataset,
        items,
        version,
        told,
        newest,
        lacking,
        unreadable,
        read.damaged,
        own,
        left_out,
        measured,
        persons,
        lengths_of(media, attributes),
    )


def read_log(events: TrainingEvents, items: pa.Table, settings: Settings, seed: int) -> Log:
    """Return all events over the positions of `items`, in the order of a log."""
    behaviour = settings.behaviour
    seqs = items["seq"].to_numpy()
    places = np.full(int(max(seqs.max(initial=0), events.seqs.max(initial=0))) + 1, -1, np.int32)
    places[seqs] = np.arange(len(seqs), dtype=np.int32)
    signed = weigh(events.kinds, events.values, behaviour.weights, behaviour.rating_threshold)
    told = Events(
        places[events.seqs], events.times, signed, events.kinds, events.values, events.users
    )
    return log_of(told, events.n_users, len(seqs), seed, behaviour.like, behaviour.history_limit)


def item_table(items: pa.Table) -> pa.Table:
    """Return rows of the store with `ITEM_COLUMNS`; `pictures` are the hashes, the cover first."""
    pictures = [
        [one["hash"] for one in media or () if one["kind"] in (None, "picture")]
        for media in items["media"].to_pylist()
    ]
    told = items.append_column("pictures", pa.array(pictures, pa.list_(pa.string())))
    return told.select(list(ITEM_COLUMNS)).combine_chunks()


def lengths_of(
    media: Sequence[Sequence[Mapping[str, Any]] | None], attributes: Sequence[Mapping[str, Any]]
) -> NDArray[np.float32]:
    """Return how many seconds each item lasts, NaN: that is not known.

    Its first sound or video does, else its attribute `duration` says so, if that is a number.
    """
    found = np.full(len(attributes), np.nan, np.float32)
    for place, (own, told) in enumerate(zip(media, attributes, strict=True)):
        said = [*(one["seconds"] for one in own or ()), told.get(LENGTH)]
        numbers = (one for one in said if isinstance(one, int | float))
        found[place] = next((one for one in numbers if one > 0 and one is not True), np.nan)
    return found


def _fingerprint(items: pa.Table, marks: Marks) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for name in ITEM_COLUMNS:
        digest.update(msgspec.json.encode(items[name].to_pylist()))
    digest.update(np.sort(marks).tobytes())
    return digest.hexdigest()
