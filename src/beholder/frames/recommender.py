"""What `beholder.fit` gives: an engine that is asked with ids of the caller's own kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from beholder.bundle import parts
from beholder.bundle.choice import MemberRecord
from beholder.engine.answer import Answer
from beholder.engine.engine import Engine
from beholder.errors import UnknownItemError, UsageError
from beholder.frames import saved
from beholder.lists import several


class Ranking(NamedTuple):
    """Items, best first.

    Attributes
    ----------
    ids, scores
        As they were in the events, and float32 (k,).
    unknown
        Ids of the history that nothing is known of: they say nothing.
    """

    ids: list[Hashable]
    scores: NDArray[np.float32]
    unknown: list[Hashable]


class Explained(NamedTuple):
    """Why an item has its score: base + sum of shares = score.

    Attributes
    ----------
    shares
        Items of the history and what each adds, the largest first.
    exact
        Whether taking an item out takes exactly its share away, the weights of others held fixed.
    unknown
        As in `Ranking`.
    """

    item: Hashable
    score: float
    base: float
    shares: list[tuple[Hashable, float]]
    exact: bool
    unknown: list[Hashable]


class Recommender:
    """Answers from memory; safe between threads.

    A history is a list of ids that were liked, oldest first; an entry may also be an event,
    `{"item": id, "kind": "dislike"}`, with `time` and `value` where they are known.

    Attributes
    ----------
    engine
        What answers; its ids are texts.
    ids
        All items, by position.
    """

    def __init__(self, engine: Engine, ids: Sequence[Hashable]) -> None:
        self.engine = engine
        self.ids = list(ids)
        texts = engine.now_showing.parts.items["item_id"].to_pylist()
        self._texts = dict(zip(self.ids, texts, strict=True))
        self._ids = dict(zip(texts, self.ids, strict=True))

    @property
    def members(self) -> tuple[MemberRecord, ...]:
        """What each model counts, the best alone first."""
        return self.engine.now_showing.parts.choice.members

    @property
    def notes(self) -> tuple[str, ...]:
        """Why the blend is what it is, and what was left out."""
        return self.engine.now_showing.parts.choice.notes

    def recommend(
        self,
        history: Sequence[Hashable | dict[str, Any]] = (),
        k: int = 10,
        *,
        exclude: Iterable[Hashable] = (),
        **asked: Any,
    ) -> Ranking:
        """Recommend items that are not in the history; without one, popular items.

        Parameters
        ----------
        exclude
            Ids that are not wanted either; unknown ones do no harm.
        asked
            `filter` and `diversity`, as `Engine.recommend` takes them.

        Raises
        ------
        UsageError
            If k is not 1 to 1000, or an event of the history cannot be read.
        """
        if asked.keys() & {"user", "session"}:
            raise UsageError("a fitted recommender keeps nobody", remedy="tell the history itself")
        told, unknown = self._told(history)
        left_out = [self._texts[one] for one in several(exclude, "exclude") if one in self._texts]
        answer = self.engine.recommend(history=told, k=k, exclude=left_out, **asked)
        return self._ranking(answer, unknown)

    def similar(self, item: Hashable, k: int = 10) -> Ranking:
        """Return what looks and reads like an item, and what people like together with it."""
        return self._ranking(self.engine.similar(self._text(item), k), [])

    def score(
        self, items: Sequence[Hashable], history: Sequence[Hashable | dict[str, Any]] = ()
    ) -> NDArray[np.float32]:
        """Score items for a history, float32 (n,), in the order given.

        What of the history nothing is known of counts for nothing; `recommend` names it.

        Raises
        ------
        UnknownItemError
            If one of the items is not known.
        """
        texts = [self._text(one) for one in several(items, "items")]
        found = self.engine.score(texts, history=self._told(history)[0])
        return np.array([found[text] for text in texts], np.float32)

    def explain(self, item: Hashable, history: Sequence[Hashable | dict[str, Any]]) -> Explained:
        """Split the score of an item over a history."""
        told, unknown = self._told(history)
        found = self.engine.explain(self._text(item), history=told)
        shares = [(self._ids[share.id], share.share) for share in found.shares]
        return Explained(item, found.score, found.base, shares, found.exact, unknown)

    def save(self, folder: str | Path) -> None:
        """Write everything into a new folder; ids have to be texts or whole numbers for it.

        Raises
        ------
        UsageError
            If the folder exists, or ids are of another kind.
        """
        saved.save(self.engine.now_showing.parts, self.ids, Path(folder))

    @classmethod
    def load(cls, folder: str | Path) -> Self:
        """Open what `save` wrote; nothing in it is code.

        Raises
        ------
        BundleError
            If a file is missing, cut, changed or of another format.
        """
        ids = saved.check(Path(folder))
        return cls(Engine(parts.load(Path(folder))), ids)

    def _told(
        self, history: Sequence[Hashable | dict[str, Any]]
    ) -> tuple[list[str | dict[str, Any]], list[Hashable]]:
        """Return a history with the engine's ids, and the ids that are not known."""
        told: list[str | dict[str, Any]] = []
        unknown: list[Hashable] = []
        for entry in several(history, "history"):
            item = entry.get("item") if isinstance(entry, dict) else entry
            if item not in self._texts:
                unknown.append(item)
                continue
            text = self._texts[item]
            told.append({**entry, "item": text} if isinstance(entry, dict) else text)
        return told, unknown

    def _ranking(self, answer: Answer, unknown: list[Hashable]) -> Ranking:
        scores = np.array([one.score for one in answer.items], np.float32)
        return Ranking([self._ids[one.id] for one in answer.items], scores, unknown)

    def _text(self, item: Hashable) -> str:
        if item not in self._texts:
            raise UnknownItemError(
                f"nothing is known of item {item!r} ({len(self.ids)} items)",
                remedy="ids are those of the events and items that were fitted on",
                field="item",
            )
        text: str = self._texts[item]
        return text
