"""Items, media, people, events, and the list of segments."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the first tables."""
    counters = op.create_table(
        "counters",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(
        counters,
        [{"name": n, "value": 0} for n in ("catalogue", "item", "event", "person", "sealed")],
    )
    op.create_table(
        "items",
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("item_id", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("attributes", sa.Text, nullable=False),
        sa.Column("pictures", sa.Text, nullable=False),
        sa.Column("cover", sa.Text),
        sa.Column("hidden", sa.Boolean, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
        sa.Column("changed", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_items_cover", "items", ["cover"])
    op.create_index("ix_items_changed", "items", ["changed"])
    op.create_table(
        "media",
        sa.Column("hash", sa.Text, primary_key=True),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("colour", sa.Text, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("person", Number, primary_key=True, autoincrement=False),
        sa.Column("subject", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("profiling", sa.Boolean, nullable=False),
    )
    _events()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("item", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("value", sa.Float(53)),
        sa.Column("arrived", sa.BigInteger, nullable=False),
        sa.Column("mark", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("person", "time", "mark", name="same_event"),
    )
    op.create_table(
        "given",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("person", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger),
        sa.Column("body", sa.LargeBinary(16), nullable=False),
    )
    op.create_index("ix_given_person", "given", ["person"])
    op.create_table(
        "texts",
        sa.Column("seq", Number, primary_key=True, autoincrement=False),
        sa.Column("cipher", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "segments",
        sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("file", sa.Text, nullable=False),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
    )
    buckets = op.create_table(
        "buckets",
        sa.Column("bucket", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("removals", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(buckets, [{"bucket": n, "removals": 0} for n in range(64)])
