"""The learning curve: how good the blend is by a part of the behaviour. Would more data help?"""

from __future__ import annotations

import msgspec


class Learned(msgspec.Struct):
    """What was learned from a part of the people; NDCG@10 with its 95 % interval.

    Attributes
    ----------
    share
        Of the events, 0 to 1.
    events
        How many were learned from.
    """

    share: float
    events: int
    ndcg10: float
    low: float
    high: float
