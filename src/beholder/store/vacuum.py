"""Letting PostgreSQL take deleted rows out of its files, as far as it can.

SQLite writes over what it deletes. PostgreSQL leaves a deleted row where it is until its page is
cleaned, which VACUUM does once no transaction can see the row any more. What its write-ahead log
has of it stays until that is recycled.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from sqlalchemy import Table

from beholder.errors import StoreError
from beholder.store.database import Database, translated

SECONDS = 5  # for a table; what is cleaned by then stays clean, and the next one goes on


def vacuum(database: Database, tables: Sequence[Table]) -> None:
    """Clean tables of PostgreSQL, each where it can be done soon.

    Somebody else's table, a long reading or another cleaning are no error: nothing that is left
    opens, and PostgreSQL cleans up by itself later.
    """
    if database.is_sqlite:
        return
    with suppress(StoreError), translated(database.url), database.engine.connect() as connection:
        outside = connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            outside.exec_driver_sql(f"SET statement_timeout = '{SECONDS}s'")
            outside.exec_driver_sql("SET lock_timeout = '1s'")
            for table in tables:
                with suppress(StoreError), translated(database.url):
                    outside.exec_driver_sql(f"VACUUM {table.name}")
        finally:
            outside.exec_driver_sql("RESET statement_timeout")
            outside.exec_driver_sql("RESET lock_timeout")
