"""The tables: one database of items and events, and one of keys that alone knows who is who.

Row numbers (`items.seq`, `events.seq`, `people.person`) are drawn from `counters` inside of the
transaction that uses them. A number is therefore never used twice, and the numbers of events
rise in the order of commits on both databases, which PostgreSQL's own sequences do not promise.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from beholder.store.columns import EVENT, EventColumn

# SQLite makes a column the row number itself only when its type reads INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

store = MetaData()

counters = Table(
    "counters",
    store,
    Column("name", Text, primary_key=True),  # catalogue, item, event, person, sealed, encrypted
    Column("value", BigInteger, nullable=False),
)

items = Table(
    "items",
    store,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("item_id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("attributes", Text, nullable=False),  # JSON object, keys sorted
    Column("hidden", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("changed", BigInteger, nullable=False, index=True),  # catalogue version
)

# What is known of a medium once it was looked at; one without a row was not looked at yet.
media = Table(
    "media",
    store,
    Column("hash", Text, primary_key=True),  # SHA-256 in hexadecimal
    Column("width", Integer),  # pixels, upright; a sound has none
    Column("height", Integer),
    Column("colour", Text),
    Column("kind", Text, nullable=False),  # picture, video or sound
    Column("seconds", Float(53)),  # a picture has none
)

# What an item shows, in order; the medium at place 0 is its cover.
item_media = Table(
    "item_media",
    store,
    Column("item", Number, primary_key=True, autoincrement=False),
    Column("place", SmallInteger, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False, index=True),
    sqlite_with_rowid=False,
)

people = Table(
    "people",
    store,
    Column("person", Number, primary_key=True, autoincrement=False),
    Column("subject", LargeBinary(16), nullable=False, unique=True),
    Column("profiling", Boolean, nullable=False),
    Column("purposes", SmallInteger),  # bits of records.PURPOSES; NULL: what profiling says
)

# Codes above those of behaviour.kinds are a use's own.
kinds = Table(
    "kinds",
    store,
    Column("code", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False, unique=True),
)


_TYPES: dict[str, Any] = {
    "int8": BigInteger(),
    "int2": SmallInteger(),
    "float8": Float(53),
    "bytea": LargeBinary(),
}


def _column(column: EventColumn) -> Column[Any]:
    if column.name == "seq":
        return Column("seq", Number, primary_key=True, autoincrement=False)
    return Column(column.name, _TYPES[column.type], nullable=not column.needed)


# One index says which events are the same, and serves the history of a person, which is what
# every request reads.
events = Table(
    "events",
    store,
    *map(_column, EVENT),
    UniqueConstraint("person", "time", "mark", name="same_event"),
)

given = Table(
    "given",
    store,
    Column("id", LargeBinary(16), primary_key=True),  # hash of the caller's event id
    Column("person", BigInteger, nullable=False, index=True),
    Column("seq", BigInteger),  # NULL: taken back, and a late repeat must not revive it
    Column("body", LargeBinary(16), nullable=False),
)

texts = Table(
    "texts",
    store,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("cipher", LargeBinary, nullable=False),
)

# What was answered, and to whom; see store/answers.py. It is personal like an event.
answers = Table(
    "answers",
    store,
    Column("id", LargeBinary(16), primary_key=True),
    Column("person", BigInteger, index=True),  # NULL: nobody's, as where profiling is off
    Column("bundle", Text, nullable=False),
    Column("arm", Text, nullable=False),  # of an experiment; empty: none
    Column("time", BigInteger, nullable=False, index=True),  # milliseconds since 1970
    Column("packed", LargeBinary, nullable=False),  # items, scores, chances, sources
    Column("seen", LargeBinary),  # a bit for each place that was in sight
)

segments = Table(
    "segments",
    store,
    Column("first", BigInteger, primary_key=True, autoincrement=False),  # seq, inclusive
    Column("last", BigInteger, nullable=False),
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("file", Text, nullable=False),  # empty: to be made again from SQL
    Column("rows", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
)

buckets = Table(
    "buckets",
    store,
    Column("bucket", Integer, primary_key=True, autoincrement=False),
    Column("removals", BigInteger, nullable=False),  # how often rows were taken out of it
)

keys = MetaData()

keyring = Table(
    "keyring",
    keys,
    Column("name", Text, primary_key=True),
    Column("wrapped", LargeBinary, nullable=False),
)

links = Table(
    "links",
    keys,
    Column("id_mac", LargeBinary(32), primary_key=True),
    Column("subject", LargeBinary(16), nullable=False, unique=True),
    Column("wrapped_key", LargeBinary, nullable=False),  # the user key, under a bucket key
    Column("created", BigInteger, nullable=False),
)

tombstones = Table(
    "tombstones",
    keys,
    Column("id_mac", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# The keys themselves lie in a file; see store/bucket_keys.py.
bucket_keys = Table(
    "bucket_keys",
    keys,
    Column("bucket", SmallInteger, primary_key=True, autoincrement=False),
    Column("name", LargeBinary(16), nullable=False),  # hash of the key that counts
)
