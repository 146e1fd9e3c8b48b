"""Where an item stood in an answer that somebody was given."""

from __future__ import annotations

import numpy as np

from beholder.engine.answer import Placed
from beholder.errors import UnknownAnswerError
from beholder.store.answers import SOURCES, given
from beholder.store.records import Snapshot
from beholder.store.store import Store


def placed_in(store: Store | None, answer: str, seen: Snapshot | None, seq: int) -> Placed:
    """Return how an item stood in an answer.

    Parameters
    ----------
    answer
        Id of the answer.
    seen
        Who asks: an answer to somebody else is none.
    seq
        Catalogue number of the item.

    Raises
    ------
    UnknownAnswerError
        If no such answer to this person is kept, or the item was not in it.
    """
    found = None if store is None or seen is None else given(store.database, answer)
    if found is None or seen is None or found.person not in seen.persons:
        raise UnknownAnswerError(
            f"no answer {answer[:64]!r} to this person is kept",
            remedy="only a server keeps answers: the share `serve.log_answers` of them, from a "
            "second after they were given, for `privacy.answers_days`",
            field="answer",
        )
    places = np.flatnonzero(found.shown.items == seq)
    if not len(places):
        raise UnknownAnswerError(
            f"the item was not in answer {answer[:64]!r}",
            remedy="ask without `answer`",
            field="answer",
        )
    place, shown = int(places[0]), found.shown
    return Placed(
        answer,
        found.bundle,
        place,
        float(shown.scores[place]),
        float(shown.chances[place]),
        SOURCES[int(shown.sources[place]) - 1],
    )
