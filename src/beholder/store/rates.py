"""Who does more in a day than people do: most likely a program."""

from __future__ import annotations

from sqlalchemy import func, select

from beholder.store.database import Database
from beholder.store.event_form import Form
from beholder.store.schema import events

DAY = 86_400_000


def busy(database: Database, form: Form, cap: int) -> tuple[int, int]:
    """Return how many people have a day with more than `cap` events, and the events of such days.

    Days are those of UTC; events without a moment are of none.
    """
    with database.read() as connection:
        # First those who could: this one walks the index and sorts nothing.
        many = select(events.c.person).group_by(events.c.person).having(func.count() > cap)
        candidates = [row[0] for row in connection.execute(many)]
        people = rows = 0
        for person in candidates:
            counts = [n for n in form.days(connection, person) if n > cap]
            people += bool(counts)
            rows += sum(counts)
    return people, rows
