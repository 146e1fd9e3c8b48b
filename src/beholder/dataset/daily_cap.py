"""`behaviour.daily_cap`: of one person's day so many events count in training, the newest.

Whoever sends more displaces events of their own alone, and what a person did last on a day stands,
such as a dislike after a like. Of one moment it is drawn by what the events say, never by the
order in which they came or lie in a file.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from beholder.dataset.people import marks_of_events
from beholder.store.rates import DAY
from beholder.store.records import TrainingEvents


def capped(events: TrainingEvents, cap: int) -> tuple[TrainingEvents, list[str]]:
    """Return the events that count, and what was left out, in words.

    Only people with more than `cap` events at all are looked at; days are those of UTC. Events
    without a moment are of no day.
    """
    busy = np.bincount(events.users, minlength=events.n_users) > cap
    many = np.flatnonzero(busy[events.users] & (events.times != 0))
    users, times = events.users[many], events.times[many]
    order = np.lexsort((marks_of_events(events, many), times, users))
    users, days = users[order], times[order] // DAY
    begins = np.ones(len(many), bool)
    begins[1:] = (users[1:] != users[:-1]) | (days[1:] != days[:-1])
    starts = np.flatnonzero(begins)
    sizes = np.diff(starts, append=len(many))
    older = np.arange(len(many)) - np.repeat(starts, sizes) < np.repeat(sizes - cap, sizes)
    left = many[order[older]]
    if not len(left):
        return events, []
    keep = np.ones(len(events), bool)
    keep[left] = False
    n_people = len(np.unique(users[older]))
    who = "1 person" if n_people == 1 else f"{n_people} people"
    said = (
        f"{who} with more than {cap} events on a day: the newest {cap} of a day count, "
        f"{len(left)} others do not (behaviour.daily_cap)"
    )
    arrays = ("users", "seqs", "times", "kinds", "values")
    return replace(events, **{name: getattr(events, name)[keep] for name in arrays}), [said]
