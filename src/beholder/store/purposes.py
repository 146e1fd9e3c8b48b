"""Asking and changing what somebody allows; `consent` knows how it is kept."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from beholder.store import consent, people
from beholder.store.database import Database
from beholder.store.keys import Keys
from beholder.store.records import Purpose, Purposes, Who

NOTHING = Purposes(recommend=False, train=False, measure=False)


def purposes(database: Database, keys: Keys, who: Who, default: bool) -> Purposes:
    """Return what somebody allows.

    Of somebody who was erased today nothing may be kept or used until they allow it anew.

    Parameters
    ----------
    default
        Whether people of whom nothing is known allow all of it.
    """
    mac = keys.mac(who)
    if keys.erased([mac]):
        return NOTHING
    link = keys.find_one(mac)
    found = None
    if link is not None:
        with database.read() as connection:
            found = consent.read(connection, link.subject)
    return consent.told(default, None) if found is None else found


def set_purposes(
    database: Database, keys: Keys, who: Who, wish: Mapping[Purpose, bool], default: bool
) -> Purposes:
    """Change what somebody allows, and return all of it; what is not named stays.

    Somebody who was erased today and allows something anew is a new person from here on, who
    allows that alone. Until an erasure is done nothing can be allowed.
    """
    mac = keys.mac(who)
    anew = any(wish.values()) and keys.unbury(mac)
    links = keys.ensure([mac]) if wish else {}
    if links:  # else nothing is said, or they were erased today
        with database.write() as connection:
            for link in keys.alive(links).values():
                person = people.ensure(connection, [link.subject], default)[link.subject][0]
                before = NOTHING if anew else consent.read(connection, link.subject) or NOTHING
                told = msgspec.structs.asdict(before) | dict(wish)
                consent.write(connection, person, Purposes(**told))
    return purposes(database, keys, who, default)
