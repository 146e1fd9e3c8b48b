"""The names of the bucket keys, under which the keys of people stand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make room for the names; opening the keys fills it, and wraps the keys anew.

    What they stand in has another name from here on: a server of an older version that is still
    running gets errors, and cannot wrap a key with a root key that is gone.
    """
    op.execute("ALTER TABLE links RENAME COLUMN wrapped TO wrapped_key")
    op.create_table(
        "bucket_keys",
        sa.Column("bucket", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.LargeBinary(16), nullable=False),
    )
