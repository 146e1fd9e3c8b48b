"""The engine: the same object answers in Python, over HTTP, and in the evaluation."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.event import Event
from beholder.behaviour.history import EMPTY, History
from beholder.behaviour.kinds import weigh
from beholder.behaviour.reduce import Events, history
from beholder.bundle import parts as bundle_parts
from beholder.bundle.manifest import Manifest, read
from beholder.bundle.parts import Parts
from beholder.bundle.promote import current, folder_of
from beholder.engine import cursor as paging
from beholder.engine import overlay
from beholder.engine.alike import with_all
from beholder.engine.allowed import allowed
from beholder.engine.answer import Answer, Explanation, Level, Reason, Recommendation
from beholder.engine.dislikes import penalties
from beholder.engine.explain import explanation
from beholder.engine.first_look import first_look
from beholder.engine.looks import by_looks, looks_of
from beholder.engine.memory import Memory
from beholder.engine.overlay import Overlay, VectorsOf
from beholder.engine.people import told_history
from beholder.engine.question import Question, Wanted
from beholder.engine.ranked import Ranked
from beholder.engine.rerank import Dial
from beholder.engine.retrieve import raised_by, run
from beholder.engine.showing import Answered, as_json, as_objects, show
from beholder.engine.slate import Known, Request, Stage
from beholder.engine.stages import STAGES
from beholder.engine.wording import word_scores
from beholder.errors import BundleError, UnknownItemError, UsageError
from beholder.index.best import best
from beholder.rules.fit import Fitted, fit
from beholder.rules.live import LiveRules
from beholder.rules.standing import Standing
from beholder.scorers.interface import Floats, Positions, Query
from beholder.scorers.item_item import ItemItem
from beholder.settings import BehaviourSettings, Settings
from beholder.store.records import Snapshot
from beholder.store.store import Store
from beholder.workspace import Workspace

MAX_K = 1000
MARK = b"beholder"  # the key is the workspace's own: a cursor of another one does not open
NO_RULES = Fitted()
USUAL_DIAL = Dial()
Told = Sequence[str | Event | dict[str, Any]]


class Engine:
    """A bundle, the store, and an overlay of what changed since.

    Thread-safe: the overlay is immutable and replaced as a whole.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        bundle: str = "",
        store: Store | None = None,
        vectors_of: VectorsOf = lambda pictures: {},
        behaviour: BehaviourSettings | None = None,
        page_key: bytes = b"",
        stages: Sequence[Stage] = STAGES,
        dial: Dial = USUAL_DIAL,
        rules: LiveRules | None = None,
    ) -> None:
        self.parts = parts
        self.stages = tuple(stages)
        self.dial = dial
        self.live_rules = rules
        self._fitted: tuple[Standing, Overlay, Fitted] | None = None
        self.bundle = bundle
        self.store = store
        self.behaviour = behaviour or BehaviourSettings()
        self._vectors_of = vectors_of
        self._page_key = page_key or secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._overlay = overlay.bare(parts)
        self.memory = Memory()
        if store is not None:
            self.refresh()

    @property
    def now_showing(self) -> Overlay:
        """The present overlay."""
        return self._overlay

    def refresh(self, version: int | None = None) -> Overlay:
        """Bring the overlay to the catalogue's version; without change this costs nothing."""
        if self.store is None:
            return self._overlay
        if version is None:
            version = self.store.catalogue_version()
        if version == self._overlay.version:
            return self._overlay
        with self._lock:
            if version > self._overlay.version:
                changed = self.store.items(changed_after=self._overlay.version)
                self._overlay = overlay.follow(self._overlay, changed, version, self._vectors_of)
        return self._overlay

    # -- who asks ---------------------------------------------------------------------------

    def history_of(
        self,
        user: str | None,
        session: str | None,
        history: Told | None = None,
        seen: Snapshot | None = None,
    ) -> tuple[Known, Level, Overlay]:
        """Return what is known of somebody, the level it allows, and the overlay to use.

        Parameters
        ----------
        seen
            What the store says of them, where the caller has read it already.
        """
        if history is not None:
            view = self.refresh(None if seen is None else seen.version)
            told = told_history(view, history, self.behaviour)
            return _known(view, told), _level(told, user), view
        if user is None and session is None:
            view = self.refresh(None if seen is None else seen.version)
            return _known(view, EMPTY), "popular", view
        if seen is None and self.store is not None:
            seen = self.store.snapshot(user, session)
        view = self.refresh(None if seen is None else seen.version)
        if seen is None or not len(seen):
            return _known(view, EMPTY), "popular", view
        known = self.memory.known(seen.persons, seen.rows, view, lambda: self._read(seen, view))
        return known, _level(known.history, user), view

    def _read(self, seen: Snapshot, view: Overlay) -> Known:
        seqs, times, kinds, values = seen.columns()
        rules = self.behaviour
        signed = weigh(kinds, values, rules.weights, rules.rating_threshold)
        events = Events(view.positions(seqs), times, signed, kinds, values)
        return _known(view, history(events, rules.like, rules.history_limit))

    # -- questions --------------------------------------------------------------------------

    def rank(
        self,
        view: Overlay,
        history: History,
        level: Level,
        k: int,
        among: NDArray[np.bool_] | None = None,
        dial: Dial | None = None,
    ) -> Ranked:
        """Retrieve, filter and score: the part that the evaluation and the service share.

        Parameters
        ----------
        among
            bool (n,). Only these may be recommended; None: all.
        dial
            How much a page may not be alike; None: as the settings say.
        """
        known = _known(view, history)
        mask = allowed(view, history, ())
        if among is not None:
            mask &= among
        return self._rank(view, known, level, Wanted(k, k + 1, mask, dial or self.dial))

    def _rank(self, view: Overlay, known: Known, level: Level, wanted: Wanted) -> Ranked:
        """Return the first `k` places of an answer, and the positions of the others."""
        rules = self._rules(view)
        reading = view.blend.read(known.query)
        mask = wanted.mask & self._open(view)
        request = Request(known, level, wanted.k, wanted.depth, mask, reading, rules, wanted.dial)
        nobody = level == "popular" and not len(known.history.disliked)
        slate = run(request, view, self.stages, first_look if nobody else None)
        page = slice(0, wanted.k)
        chosen = slate.positions[page]
        return Ranked(
            chosen,
            self._scores(view, request, chosen) if nobody else slate.scores[page],
            np.zeros((len(chosen), 0), np.float32) if nobody else reading.shares(chosen).values,
            known.query.items,
            level,
            slate.positions[wanted.k : wanted.depth],
        )

    def _scores(self, view: Overlay, request: Request, positions: Positions) -> Floats:
        """Return scores by what dislikes and rules add to them, wherever the items stand."""
        nobody = not len(request.known.query.items)
        scores = view.blend.base[positions] if nobody else request.reading.at(positions)
        disliked = request.known.history.disliked
        if len(disliked):
            scores = scores - penalties(view, disliked, positions, scores).values
        for _, added in raised_by(request.rules.lifts, positions, view, request.level):
            scores = scores + added
        return scores

    def _open(self, view: Overlay) -> NDArray[np.bool_]:
        """Return what may be in any answer now, bool (n,): shown, and not banned."""
        banned = self._rules(view).banned
        return view.shown if banned is None else view.shown & ~banned

    def _rules(self, view: Overlay) -> Fitted:
        """Return what the standing rules do to this view, as the settings have them now."""
        if self.live_rules is None:
            return NO_RULES
        standing = self.live_rules.look(time.monotonic())
        kept = self._fitted
        if kept is None or kept[0] is not standing or kept[1] is not view:
            fitted = fit(standing, view.masks, view.position_of_id)
            kept = self._fitted = (standing, view, fitted)
        return kept[2]

    def recommend(
        self,
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        question: Question | None = None,
        seen: Snapshot | None = None,
        **asked: Any,
    ) -> Answer:
        """Recommend items.

        Parameters
        ----------
        user, session
            Who asks; without either, and without `history`, the popular items.
        history
            Item ids or events, oldest first, for callers that keep their own.
        question, asked
            How many items, which page, which filter; see `Question`, whose fields may be told
            by name instead: `recommend("ann", k=5, filter="price < 50")`.
        seen
            As in `history_of`.

        Raises
        ------
        UsageError
            If k is out of range or the page was not made here.
        FilterError
            If the filter cannot be read.
        """
        wanted = _question(question, asked)
        return as_objects(self._answer(user, session, history, wanted, seen))

    def recommend_json(
        self,
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        question: Question | None = None,
        seen: Snapshot | None = None,
        **asked: Any,
    ) -> bytes:
        """Recommend items, as the JSON that the service sends; see `recommend`."""
        wanted = _question(question, asked)
        return as_json(self._answer(user, session, history, wanted, seen))

    def _answer(
        self,
        user: str | None,
        session: str | None,
        history: Told | None,
        question: Question,
        seen: Snapshot | None,
    ) -> Answered:
        check_k(question.k)
        turned = None
        if question.page is not None:
            turned = paging.unseal(question.page, self._page_key, MARK)
        known, level, view = self.history_of(user, session, history, seen)
        mask = allowed(view, known.history, question.exclude)
        if question.filter:
            mask &= view.masks.of(question.filter)
        if turned is not None:
            return self._continued(turned, view, known, level, question.k, mask)
        name = secrets.token_hex(8)
        dial = self.dial
        if question.diversity is not None:
            dial = dial._replace(diversity=question.diversity)
        depth = max(question.k + 1, paging.PLACES)
        ranked = self._rank(view, known, level, Wanted(question.k, depth, mask, dial))
        following = paging.begin(name, len(ranked.positions), view.seqs[ranked.following])
        return self._answered(view, ranked, name, following)

    def _answered(
        self, view: Overlay, ranked: Ranked, name: str, following: paging.Cursor | None
    ) -> Answered:
        text = None if following is None else paging.seal(following, self._page_key, MARK)
        return Answered(view, ranked, name, self.bundle, text)

    def _continued(
        self,
        cursor: paging.Cursor,
        view: Overlay,
        known: Known,
        level: Level,
        k: int,
        mask: NDArray[np.bool_],
    ) -> Answered:
        """Go on with an answer: what was hidden, disliked or seen since is passed over."""
        places = view.positions(cursor.seqs)
        mask = mask & self._open(view)
        good = np.flatnonzero((places >= 0) & mask[places])
        chosen = places[good[:k]]
        reading = view.blend.read(known.query)
        request = Request(known, level, k, k, mask, reading, self._rules(view), self.dial)
        scores = self._scores(view, request, chosen)
        shares = reading.shares(chosen).values
        ranked = Ranked(chosen, scores, shares, known.query.items, level, places[:0])
        passed = int(good[k - 1]) + 1 if len(good) > k else len(places)
        return self._answered(view, ranked, cursor.answer, cursor.after(passed))

    def similar(self, item: str, k: int = 20) -> Answer:
        """Return what looks and reads like an item, and what people like together with it.

        Raises
        ------
        UnknownItemError
            If there is no such item.
        """
        check_k(k)
        view = self.refresh()
        place = self._position(view, item)
        scores = with_all(view, place)
        if view.touched(place):  # of others, what is liked together is only guessed from content
            together = _row(view.blend.item_item, place)
            scores = np.float32(0.5) * (scores + together / max(float(together.max()), 1e-12))
        return self._listed(view, scores, k, without=place)

    def search(
        self,
        words: str | None = None,
        *,
        picture: dict[str, Floats] | None = None,
        k: int = 20,
    ) -> Answer:
        """Search by words, by a picture, or by both.

        Parameters
        ----------
        words
            Any text.
        picture
            Raw vector by encoder name, float32 (dim,) each.

        Raises
        ------
        UsageError
            If neither is given.
        """
        check_k(k)
        if not (words and words.strip()) and not picture:
            raise UsageError("a search needs words or a picture", field="words")
        view = self.refresh()
        looks = looks_of(view.content, picture or {})
        if words and words.strip():
            scores = word_scores(view, words)
            if looks:
                scores += np.maximum(view.content.similar(looks), 0)
            return self._listed(view, scores, k)
        found = by_looks(view, looks, k, self._open(view))
        return self._shown(view, *found)

    def score(
        self,
        items: Sequence[str],
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        seen: Snapshot | None = None,
    ) -> dict[str, float]:
        """Score given items for somebody.

        Raises
        ------
        UnknownItemError
            If one of the items does not exist.
        """
        known, _, view = self.history_of(user, session, history, seen)
        places = np.array([self._position(view, item) for item in items], np.int32)
        scores = view.blend.at(known.query, places)
        disliked = known.history.disliked
        if len(disliked):
            scores = scores - penalties(view, disliked, places, scores).values
        return {item: float(score) for item, score in zip(items, scores, strict=True)}

    def explain(
        self,
        item: str,
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        seen: Snapshot | None = None,
    ) -> Explanation:
        """Say why an item has its score for somebody.

        Raises
        ------
        UnknownItemError
            If there is no such item.
        """
        known, level, view = self.history_of(user, session, history, seen)
        place = self._position(view, item)
        return explanation(view, known, level, place)

    def record(self, event: Event | dict[str, Any] | Sequence[Event | dict[str, Any]]) -> list[Any]:
        """Store one or more events; the next answer knows them.

        Raises
        ------
        UsageError
            If this engine has no store, or an event is malformed.
        """
        import msgspec

        if self.store is None:
            raise UsageError("this engine has no store to record in", remedy="use beholder.open")
        given = [event] if isinstance(event, Event | dict) else list(event)
        try:
            events = [e if isinstance(e, Event) else msgspec.convert(e, Event) for e in given]
        except msgspec.ValidationError as error:
            raise UsageError(f"an event is malformed: {error}") from error
        return list(self.store.record(events))

    def item(self, item: str) -> Recommendation:
        """Return one item as it is shown.

        Raises
        ------
        UnknownItemError
            If there is no such item, or it is hidden.
        """
        view = self.refresh()
        return show(view.cards[self._position(view, item)], 0.0, None)

    # -- showing ----------------------------------------------------------------------------

    def _position(self, view: Overlay, item: str) -> int:
        place = view.position_of_id.get(item, -1)
        if place < 0 or not view.shown[place]:
            raise UnknownItemError(
                f"no item {item!r} is shown in this catalogue ({len(view.cards)} items)",
                remedy="check its id; new items need `beholder import`",
                field="item",
            )
        return place

    def _listed(self, view: Overlay, scores: Floats, k: int, without: int | None = None) -> Answer:
        masked = np.where(self._open(view) & (scores > 0), scores, -np.inf)
        if without is not None:
            masked[without] = -np.inf
        chosen = best(masked, k, view.blend.ties)
        return self._shown(view, chosen, scores[chosen])

    def _shown(self, view: Overlay, chosen: Positions, scores: Floats) -> Answer:
        reason = Reason("similar")
        items = tuple(
            show(view.cards[position], score, reason)
            for position, score in zip(chosen.tolist(), scores.tolist(), strict=True)
        )
        return Answer(secrets.token_hex(8), self.bundle, "similar", items)

    def close(self) -> None:
        """Close the store."""
        if self.store is not None:
            self.store.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _known(view: Overlay, history: History) -> Known:
    return Known(history, view.blend.ask(history))


def _question(question: Question | None, asked: dict[str, Any]) -> Question:
    """Return a question whose fields may have been told by name."""
    try:
        return (question or Question())._replace(**asked)
    except ValueError as error:
        raise UsageError(
            f"a question has no {', '.join(sorted(asked.keys() - set(Question._fields)))}",
            remedy="it has " + ", ".join(Question._fields),
        ) from error


def _level(history: History, user: str | None) -> Level:
    return ("personal" if user else "session") if len(history) else "popular"


def check_k(k: int) -> None:
    """Refuse a list length out of range."""
    if not 1 <= k <= MAX_K:
        raise UsageError(f"k is {k}", remedy=f"ask for 1 to {MAX_K} items", field="k")


def _row(scorer: ItemItem, place: int) -> Floats:
    """Return what one item says of all."""
    one, bounds = np.array([place], np.int32), np.array([0, 1], np.int64)
    row: Floats = scorer.scores(Query(one, np.ones(1, np.float32), bounds))[0]
    return row


def open_engine(folder: str | Path, bundle: str | None = None) -> Engine:
    """Open a bundle of a workspace with its store; see `beholder.open`."""
    workspace = Workspace.open(folder)
    name = bundle or current(workspace)
    place = folder_of(workspace, name)
    read(place, workspace.secrets)
    return engine_of(workspace, bundle_parts.load(place), name, Store.open(workspace))


def engine_of(workspace: Workspace, parts: Parts, name: str, store: Store) -> Engine:
    """Return an engine over opened parts and an open store."""
    from beholder.engine.vectors import cached_vectors

    settings: Settings = workspace.settings
    return Engine(
        parts,
        bundle=name,
        store=store,
        vectors_of=cached_vectors(workspace, list(parts.content.spaces)),
        behaviour=settings.behaviour,
        page_key=_page_key(workspace),
        dial=Dial(settings.serve.diversity, settings.serve.near, settings.serve.one_variant),
        rules=LiveRules(workspace.toml),
    )


def _page_key(workspace: Workspace) -> bytes:
    import hashlib

    try:
        secret = (workspace.secrets / "signing.key").read_bytes()
    except FileNotFoundError as error:
        raise BundleError(
            "secrets/signing.key is missing", remedy="restore it, or train again"
        ) from error
    return hashlib.blake2b(b"page cursors", key=secret, digest_size=32).digest()


__all__ = ["Engine", "Manifest", "Ranked", "check_k", "engine_of", "open_engine"]
