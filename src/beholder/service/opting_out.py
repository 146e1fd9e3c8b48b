"""Browsers that ask not to be profiled (`Sec-GPC: 1`): profiling of their visitors is off.

See Global Privacy Control, W3C. Whoever is not known and does nothing is not made known by it.
"""

from __future__ import annotations

from msgspec.structs import astuple

from beholder.service.access import Caller
from beholder.service.running import Running, in_thread
from beholder.store import Store, Who

STILL = ("/media/", "/static/", "/health/")  # addresses that are answered to all alike


def asked(caller: Caller, headers: dict[bytes, bytes], path: str) -> bool:
    """Return whether a browser speaks for its visitor, and asks for this."""
    kinds = ("visitor", "token", "here", "local")
    told = headers.get(b"sec-gpc") == b"1" and caller.kind in kinds
    return told and caller.visitor is not None and not path.startswith(STILL)


async def follow(running: Running, caller: Caller, *, does: bool) -> None:
    """Refuse all purposes for the visitor, and for the user that its token speaks for.

    Parameters
    ----------
    does
        Whether something is recorded now: then also for somebody new.
    """
    for who in caller.people:
        user, session = (who.id, None) if who.kind == "user" else (None, who.id)
        if does or running.store.snapshot(user, session).known:
            await in_thread(lambda who=who: _refuse(running.store, who))  # type: ignore[misc]


def _refuse(store: Store, who: Who) -> None:
    if any(astuple(store.purposes(who))):
        store.set_profiling(who, False)
