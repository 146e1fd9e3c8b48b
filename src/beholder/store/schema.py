"""The tables: one database of items and events, and one of keys that alone knows who is who.

Row numbers (`items.seq`, `events.seq`, `people.person`) are drawn from `counters` inside of the
transaction that uses them. A number is therefore never used twice, and the numbers of events
rise in the order of commits on both databases, which PostgreSQL's own sequences do not promise.
"""

from __future__ import annotations

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

# SQLite makes a column the row number itself only when its type reads INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

store = MetaData()

counters = Table(
    "counters",
    store,
    Column("name", Text, primary_key=True),  # catalogue, item, event, person, sealed
    Column("value", BigInteger, nullable=False),
)

items = Table(
    "items",
    store,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("item_id", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("attributes", Text, nullable=False),  # JSON object, keys sorted
    Column("pictures", Text, nullable=False),  # JSON list of SHA-256, the cover first
    Column("cover", Text, index=True),
    Column("hidden", Boolean, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("changed", BigInteger, nullable=False, index=True),  # catalogue version
)

media = Table(
    "media",
    store,
    Column("hash", Text, primary_key=True),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("colour", Text, nullable=False),
)

people = Table(
    "people",
    store,
    Column("person", Number, primary_key=True, autoincrement=False),
    Column("subject", LargeBinary(16), nullable=False, unique=True),
    Column("profiling", Boolean, nullable=False),
)

events = Table(
    "events",
    store,
    Column("seq", Number, primary_key=True, autoincrement=False),
    Column("person", BigInteger, nullable=False),
    Column("item", BigInteger, nullable=False),
    Column("kind", SmallInteger, nullable=False),
    Column("time", BigInteger, nullable=False),  # milliseconds since 1970
    Column("value", Float(53)),
    Column("arrived", BigInteger, nullable=False),
    # A hash of item, kind and value: with person and time it says "the same event". The one
    # index also serves the history of a person, which is what every request reads.
    Column("mark", BigInteger, nullable=False),
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
    Column("wrapped", LargeBinary, nullable=False),  # the user key, under the root key
    Column("created", BigInteger, nullable=False),
)

tombstones = Table(
    "tombstones",
    keys,
    Column("id_mac", LargeBinary(32), primary_key=True),
    Column("until", BigInteger, nullable=False),
)
