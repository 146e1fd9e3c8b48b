"""What may come again: by the kind of each event, never, after so many days, or always."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.kinds import CODES, KINDS
from beholder.behaviour.reduce import Events
from beholder.scorers.interface import Positions
from beholder.settings import REST, Again

DAY = 86_400_000
FOREVER = 2**62  # milliseconds since 1970
Moments = NDArray[np.int64]


def lasting(rules: Mapping[str, Again]) -> Moments | None:
    """Return for how many milliseconds an event of each code keeps its item away, int64.

    None where nothing ever comes again.
    """
    rest = rules.get(REST, "never")
    told = [rules.get(kind, rest) for kind in KINDS]
    if all(rule == "never" for rule in told):
        return None
    lasts = np.full(len(KINDS) + 1, FOREVER, np.int64)
    for kind, rule in zip(KINDS, told, strict=True):
        if rule != "never":
            lasts[CODES[kind]] = 0 if rule == "always" else int(rule) * DAY
    return lasts


def until(events: Events, seen: Positions, lasts: Moments) -> Moments:
    """Return up to when each seen item stays away, int64 (s,), milliseconds since 1970.

    Of several events with an item the one that keeps it away the longest counts.

    Parameters
    ----------
    events
        Of one person.
    seen
        int32 (s,), rising: as a history has them.
    lasts
        From `lasting`.
    """
    known = np.flatnonzero(events.items >= 0)
    each = lasts[events.kinds[known]]
    ends = np.where(each == FOREVER, FOREVER, events.times[known] + each)
    ends[each == 0] = 0
    found = np.zeros(len(seen), np.int64)
    np.maximum.at(found, np.searchsorted(seen, events.items[known]), ends)
    return found
