"""What a request reads of a person: history, profiling, catalogue version, of one moment.

Every answer waits for this, so that its statements are built once, with places for the values.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter

from sqlalchemy import bindparam, select

from beholder.behaviour.reduce import NEWEST
from beholder.store import consent, schema
from beholder.store.database import Database
from beholder.store.event_form import Form
from beholder.store.keys import Keys, Link
from beholder.store.quick import Question, Rows
from beholder.store.records import Snapshot, Who

counters, people = schema.counters, schema.people
NOBODY = Link(b"", b"")

PERSON = Question(
    select(counters.c.value, people.c.person, consent.allows("recommend"))
    .select_from(counters.outerjoin(people, people.c.subject == bindparam("subject")))
    .where(counters.c.name == "catalogue")
)


def snapshot(
    database: Database, keys: Keys, form: Form, persons: Sequence[Who], profiling: bool
) -> Snapshot:
    """Read what is known of someone, who may be both a user and a session.

    Where either of them refuses `recommend`, no event is returned.

    Parameters
    ----------
    profiling
        What is allowed of a person whom the store does not know.
    """
    links = [link for who in persons if (link := keys.find_one(keys.mac(who))) is not None]
    rows: Rows = []
    with database.look() as ask:
        found = [ask(PERSON, subject=link.subject)[0] for link in links or [NOBODY]]
        version = int(found[0][0])
        known = [
            (person, allowed, link)
            for link, (_, person, allowed) in zip(links, found, strict=False)
            if person is not None
        ]
        if not known:
            return Snapshot(version, profiling=profiling)
        if not all(allowed for _, allowed, _ in known):
            return Snapshot(version, known=True, profiling=False)
        for person, _, link in known:
            rows += form.history(ask, link, person)
    if len(known) > 1:
        rows = sorted(rows, key=itemgetter(0, -1), reverse=True)[:NEWEST]
    return Snapshot(version, known=True, persons=tuple(k[0] for k in known), rows=rows)


def snapshots(
    database: Database, form: Form, first: int, end: int
) -> Iterator[tuple[bytes, Snapshot]]:
    """Yield subject and snapshot of each person with a row number in `first <= n < end`.

    Each is read for itself, so that a long reading holds up no erasure.
    """
    numbered = (people.c.person >= first) & (people.c.person < end)
    wanted = select(people.c.person, people.c.subject).where(numbered).order_by(people.c.person)
    with database.read() as connection:
        found = [(int(row[0]), bytes(row[1])) for row in connection.execute(wanted)]
    for person, subject in found:
        with database.look() as ask:
            version, same, allowed = ask(PERSON, subject=subject)[0]
            if same is None:
                continue  # erased meanwhile
            link = form.link(subject) if allowed else None
            rows = [] if link is None else form.history(ask, link, person)
        persons = (person,) if allowed else ()
        yield subject, Snapshot(int(version), True, bool(allowed), persons, rows)
