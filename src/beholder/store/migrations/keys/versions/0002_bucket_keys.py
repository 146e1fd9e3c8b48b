"""The names of the bucket keys, under which the keys of people stand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make room for the names; opening the keys fills it."""
    op.create_table(
        "bucket_keys",
        sa.Column("bucket", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.LargeBinary(16), nullable=False),
    )
