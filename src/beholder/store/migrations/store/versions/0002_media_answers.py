"""Several media an item, answers, kinds by code, and consent by purpose."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

PAGE = 10_000  # items in one step
Number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
# As of this migration; a code never changes its meaning.
KINDS = (
    "view", "click", "like", "dislike", "save", "hide", "cart",
    "purchase", "rating", "watch", "share", "satisfaction", "review",
)  # fmt: skip


def upgrade() -> None:
    """Turn lists of pictures into rows, and make room for what is new."""
    _media()
    _item_media()
    _answers()
    kinds = op.create_table(
        "kinds",
        sa.Column("code", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text, nullable=False, unique=True),
    )
    op.bulk_insert(kinds, [{"code": code, "name": name} for code, name in enumerate(KINDS, 1)])
    op.add_column("people", sa.Column("purposes", sa.SmallInteger))
    # Both may be NULL: no row of the table is written anew, however many there are.
    op.add_column("events", sa.Column("answer", sa.LargeBinary(16)))
    op.add_column("events", sa.Column("place", sa.SmallInteger))


def _media() -> None:
    with op.batch_alter_table("media") as media:
        picture = sa.Column("kind", sa.Text, nullable=False, server_default="picture")
        media.add_column(picture)
        media.add_column(sa.Column("seconds", sa.Float(53)))
        for name, kind in (("width", sa.Integer), ("height", sa.Integer), ("colour", sa.Text)):
            media.alter_column(name, existing_type=kind(), nullable=True)
    with op.batch_alter_table("media") as media:
        media.alter_column("kind", existing_type=sa.Text(), server_default=None)


def _item_media() -> None:
    made = op.create_table(
        "item_media",
        sa.Column("item", Number, primary_key=True, autoincrement=False),
        sa.Column("place", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    items = sa.table("items", sa.column("seq"), sa.column("pictures"))
    after = -1
    while True:
        page = sa.select(items.c.seq, items.c.pictures).where(items.c.seq > after)
        rows = connection.execute(page.order_by(items.c.seq).limit(PAGE)).all()
        if not rows:
            break
        op.bulk_insert(
            made,
            [
                {"item": seq, "place": place, "hash": digest}
                for seq, pictures in rows
                for place, digest in enumerate(dict.fromkeys(json.loads(pictures)))
            ],
        )
        after = rows[-1][0]
    op.create_index("ix_item_media_hash", "item_media", ["hash"])
    op.drop_index("ix_items_cover", "items")
    op.drop_column("items", "cover")
    op.drop_column("items", "pictures")


def _answers() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.LargeBinary(16), primary_key=True),
        sa.Column("person", sa.BigInteger),
        sa.Column("bundle", sa.Text, nullable=False),
        sa.Column("arm", sa.Text, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.Column("seen", sa.LargeBinary),
    )
    op.create_index("ix_answers_person", "answers", ["person"])
    op.create_index("ix_answers_time", "answers", ["time"])
