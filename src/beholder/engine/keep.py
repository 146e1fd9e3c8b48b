"""Answers on their way to be stored: a share of them, and nobody's where profiling is off."""

from __future__ import annotations

import numpy as np

from beholder.engine.overlay import Overlay
from beholder.engine.ranked import Ranked
from beholder.store import Snapshot
from beholder.store.answer_log import AnswerLog, Given, chosen
from beholder.store.answers import Shown, pack
from beholder.store.ids import now


class Keep:
    """Hands answers over to be stored; it never waits.

    Parameters
    ----------
    log
        Where they wait for the writer.
    share
        Of answers that are stored: 0 none, 1 all.
    """

    def __init__(self, log: AnswerLog, share: float) -> None:
        self.log, self.share = log, share

    def __call__(
        self, view: Overlay, ranked: Ranked, name: str, bundle: str, seen: Snapshot | None
    ) -> None:
        """Keep a page of an answer.

        Parameters
        ----------
        name
            Id of the answer.
        seen
            Who was answered, as the store knows them; where profiling is off it names no one.
        """
        if not chosen(name, self.share):
            return
        person = seen.persons[0] if seen is not None and seen.persons else None
        items = view.seqs.take(ranked.positions).astype(np.int32)
        shown = Shown(items, ranked.scores, ranked.chance, ranked.sources)
        self.log.put(Given(bytes.fromhex(name), person, bundle, now(), ranked.place, pack(shown)))
