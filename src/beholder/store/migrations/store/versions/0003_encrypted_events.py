"""Room for events that are encrypted under the keys of people."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column, which may be NULL, and say that events stand in clear."""
    op.add_column("events", sa.Column("cipher", sa.LargeBinary))
    counters = sa.table("counters", sa.column("name"), sa.column("value"))
    op.bulk_insert(counters, [{"name": "encrypted", "value": 0}])
