"""Run the migrations of this folder inside of the transaction that the caller opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="keys_version")
context.run_migrations()
