"""The engine: the same object answers in Python, over HTTP, and in the evaluation."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.event import Event
from beholder.behaviour.history import EMPTY, History
from beholder.behaviour.kinds import weigh
from beholder.behaviour.reduce import Events, history
from beholder.bundle.opened import Opened, Promotions, open_bundle
from beholder.bundle.parts import Parts
from beholder.bundle.promote import current
from beholder.engine import cursor as paging
from beholder.engine import overlay, rows
from beholder.engine.alike import with_all
from beholder.engine.allowed import allowed
from beholder.engine.answer import (
    Answer,
    Explanation,
    Level,
    Reason,
    Recommendation,
    Unknown,
)
from beholder.engine.dislikes import penalties
from beholder.engine.explain import explanation
from beholder.engine.explore import Exploration, Explorer
from beholder.engine.first_look import first_look
from beholder.engine.item_vectors import ItemVectors, item_vectors, to_parquet
from beholder.engine.keep import Keep
from beholder.engine.looks import by_looks, check_looks, looks_of
from beholder.engine.memory import Memory
from beholder.engine.overlay import Overlay, VectorsOf
from beholder.engine.people import told_events, unknown_of
from beholder.engine.question import Question, Repeat, Wanted
from beholder.engine.ranked import Ranked, alike
from beholder.engine.repeat import Moments, lasting, until
from beholder.engine.rerank import Dial
from beholder.engine.retrieve import raised_by, run
from beholder.engine.showing import Answered, as_json, as_objects, show
from beholder.engine.slate import Known, Request, Stage, slate_of
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
from beholder.store.answers import HISTORY
from beholder.store.records import Snapshot
from beholder.store.store import Store
from beholder.workspace import Workspace

if TYPE_CHECKING:
    from beholder.encoders.given_picture import Given, GivenPictures

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
        explorer: Explorer | None = None,
        keep: Keep | None = None,
        looking: GivenPictures | None = None,
        promotions: Promotions | None = None,
        lasts: Moments | None = None,
    ) -> None:
        self.lasts = lasts
        self.explorer = explorer
        self.keep = keep
        self.stages = tuple(stages)
        self.dial = dial
        self.live_rules = rules
        self._fitted: tuple[Standing, Overlay, Fitted] | None = None
        self.store = store
        self._looking = looking
        self._promotions = promotions
        self.behaviour = behaviour or BehaviourSettings()
        self._vectors_of = vectors_of
        self._page_key = page_key or secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._overlay = overlay.bare(parts, bundle)
        self.memory = Memory()
        self.rows = rows.Rows(store)
        if store is not None:
            self.refresh()

    @property
    def parts(self) -> Parts:
        """The bundle's own parts."""
        return self._overlay.parts

    @property
    def bundle(self) -> str:
        """Name of the bundle."""
        return self._overlay.bundle

    @property
    def now_showing(self) -> Overlay:
        """The present overlay."""
        return self._overlay

    def refresh(self, version: int | None = None) -> Overlay:
        """Bring the overlay to the catalogue's version; without change this costs nothing.

        An engine of `beholder.open` looks whether another bundle was promoted, too.
        """
        if self._promotions is not None:
            newer = self._promotions.newer(self.bundle)
            if newer is not None:
                self._show(newer, self._promotions.workspace)
        if self.store is None:
            return self._overlay
        if version is None:
            version = self.store.catalogue_version()
        if version == self._overlay.version:
            return self._overlay
        with self._lock:
            if version > self._overlay.version:
                self._overlay = self._followed(self._overlay, version)
        return self._overlay

    def _followed(self, view: Overlay, version: int) -> Overlay:
        assert self.store is not None
        changed = self.store.items(changed_after=view.version)
        return overlay.follow(view, changed, version, self._vectors_of)

    def _show(self, opened: Opened, workspace: Workspace) -> None:
        """Answer from another bundle, with the catalogue as it is now, from here on."""
        view = overlay.bare(opened.parts, opened.name)
        with self._lock:
            self._vectors_of = vectors_for(workspace, opened.parts)
            if self.store is not None:
                version = self.store.catalogue_version()
                view = self._followed(view, version) if version > view.version else view
            self._overlay = view

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
            told = self._reduced(told_events(view, history, self.behaviour), view)
            told = told._replace(unknown=unknown_of(view, history))
            return told, _level(told.history, user), view
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
        return self._reduced(Events(view.positions(seqs), times, signed, kinds, values), view)

    def _reduced(self, events: Events, view: Overlay) -> Known:
        known = _known(view, history(events, self.behaviour.like, self.behaviour.history_limit))
        if self.lasts is None:
            return known
        return known._replace(until=until(events, known.history.seen, self.lasts))

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
        if wanted.explore and self.explorer is not None:
            slate = self.explorer(view, slate, wanted.k, mask)
        page = slice(0, wanted.k)
        chosen = slate.positions[page]
        return Ranked(
            chosen,
            self._scores(view, request, chosen) if nobody else slate.scores[page],
            np.zeros((len(chosen), 0), np.float32) if nobody else reading.shares(chosen).values,
            known.query.items,
            level,
            slate.positions[wanted.k : wanted.depth],
            slate.sources[page],
            slate.chance[page],
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

    @property
    def rule_problems(self) -> tuple[str, ...]:
        """What is wrong with the standing rules as the settings have them now, a sentence each."""
        problems = self._rules(self.now_showing).problems
        broken = "" if self.live_rules is None else self.live_rules.problem
        return (broken, *problems) if broken else problems

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
            Item ids or events, oldest first, for callers that keep their own. What the catalogue
            does not know counts for nothing, and the answer names it: `Answer.unknown`.
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
        if seen is None and history is None and self.store is not None and (user or session):
            seen = self.store.snapshot(user, session)
        known, level, view = self.history_of(user, session, history, seen)
        mask = allowed(view, known.history, question.exclude, _away(known, question.repeat))
        if question.filter:
            mask &= view.masks.of(question.filter)
        if turned is not None:
            found = self._continued(turned, view, known, level, question.k, mask)
            return self._kept(found, seen)
        name = secrets.token_hex(8)
        dial = self.dial
        if question.diversity is not None:
            dial = dial._replace(diversity=question.diversity)
        depth = max(question.k + 1, paging.PLACES)
        explore = seen is None or seen.profiling
        ranked = self._rank(view, known, level, Wanted(question.k, depth, mask, dial, explore))
        following = paging.begin(name, len(ranked.positions), view.seqs[ranked.following])
        found = self._answered(view, ranked, name, following, known.unknown)
        return self._kept(found, seen)

    def _kept(self, answered: Answered, seen: Snapshot | None) -> Answered:
        if self.keep is not None:
            self.keep(answered.view, answered.ranked, answered.name, answered.bundle, seen)
        return answered

    def _answered(
        self,
        view: Overlay,
        ranked: Ranked,
        name: str,
        following: paging.Cursor | None,
        unknown: Unknown | None,
    ) -> Answered:
        text = None if following is None else paging.seal(following, self._page_key, MARK)
        return Answered(view, ranked, name, view.bundle, text, unknown)

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
        slate = slate_of(chosen, scores, self._rules(view).pins, HISTORY)
        ranked = Ranked(
            chosen,
            scores,
            shares,
            known.query.items,
            level,
            places[:0],
            slate.sources,
            slate.chance,
            cursor.place,
        )
        passed = int(good[k - 1]) + 1 if len(good) > k else len(places)
        following = cursor.after(passed, len(chosen))
        return self._answered(view, ranked, cursor.answer, following, known.unknown)

    def similar(self, item: str, k: int = 20, seen: Snapshot | None = None) -> Answer:
        """Return what looks and reads like an item, and what people like together with it.

        Parameters
        ----------
        seen
            What the store says of who asks: whose answer it is.

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
        chosen, found = _listed(view, scores, k, self._open(view), without=place)
        answer = self._shown(view, chosen, found)
        if self.keep is not None:
            self.keep(view, alike(chosen, found), answer.answer, self.bundle, seen)
        return answer

    def row(
        self,
        name: str,
        user: str | None = None,
        *,
        session: str | None = None,
        k: int = 20,
        filter: str | None = None,
        seen: Snapshot | None = None,
    ) -> rows.Row:
        """Return a list that stands beside the recommendations.

        Parameters
        ----------
        name
            `recently-viewed`, `trending`, `new` or `popular`.
        filter
            Only items for which this holds, such as `category = 'vase'`.
        user, session, seen
            As in `recommend`: whose views; what they disliked or hid is in none of the rows.

        Raises
        ------
        UsageError
            If there is no such row, or k is out of range.
        FilterError
            If the filter cannot be read.
        """
        check_k(k)
        row = rows.checked(name)
        if seen is None and self.store is not None and (user or session):
            seen = self.store.snapshot(user, session)
        known, level, view = self.history_of(user, session, seen=seen)
        mask = view.shown.copy()
        mask[known.history.disliked] = False
        mask &= self._open(view)
        if filter:
            mask &= view.masks.of(filter)
        chosen, scores, window, note = self.rows.ordered(row, view, mask, k, seen)
        reason = rows.REASONS.get(row)
        items = tuple(
            show(view.cards[position], score, reason)
            for position, score in zip(chosen.tolist(), scores.tolist(), strict=True)
        )
        title = "row_" + row.replace("-", "_")
        own: Level = level if row == "recently-viewed" else "popular"
        return rows.Row(row, title, self.bundle, own, items, window, note)

    def search(
        self,
        words: str | None = None,
        *,
        picture: Given | Mapping[str, Floats] | None = None,
        k: int = 20,
    ) -> Answer:
        """Search by words, by a picture, or by both.

        Parameters
        ----------
        words
            Any text.
        picture
            A path, the bytes of a file, a PIL image, or an array uint8 (h, w, 3), which the
            encoders of the workspace look at; or raw vectors by encoder name, float32 (dim,) each.

        Raises
        ------
        UsageError
            If neither is given, or the items of this bundle cannot be compared with the picture.
        MediaError
            If the picture is refused.
        """
        check_k(k)
        if isinstance(picture, Mapping) and not picture:
            picture = None
        if not (words and words.strip()) and picture is None:
            raise UsageError("a search needs words or a picture", field="words")
        vectors = {} if picture is None else self._vectors_of_picture(picture)
        view = self.refresh()
        looks = looks_of(view.content, vectors)
        if picture is not None and not isinstance(picture, Mapping):
            check_looks(view.content, vectors)
        if words and words.strip():
            scores = word_scores(view, words)
            if looks:
                scores += np.maximum(view.content.similar(looks), 0)
            return self._shown(view, *_listed(view, scores, k, self._open(view)))
        found = by_looks(view, looks, k, self._open(view))
        return self._shown(view, *found)

    def _vectors_of_picture(self, picture: Given | Mapping[str, Floats]) -> Mapping[str, Floats]:
        if isinstance(picture, Mapping):
            return picture
        if self._looking is None:
            raise UsageError(
                "this engine has no encoders to look at a picture with",
                remedy="give raw vectors by encoder name, or use beholder.open",
                field="picture",
            )
        return self._looking(picture)

    def vectors(self) -> ItemVectors:
        """Return the vectors by which shown items are compared, by the name of their encoder."""
        return item_vectors(self.refresh())

    def to_parquet(self, path: str | Path) -> int:
        """Write shown items with their vectors into a Parquet file; return how many."""
        return to_parquet(self.refresh(), Path(path))

    def score(
        self,
        items: Sequence[str],
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        seen: Snapshot | None = None,
    ) -> dict[str, float]:
        """Score given items for somebody; what a `history` names that is unknown counts nothing.

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

    def _shown(self, view: Overlay, chosen: Positions, scores: Floats) -> Answer:
        reason = Reason("similar")
        items = tuple(
            show(view.cards[position], score, reason)
            for position, score in zip(chosen.tolist(), scores.tolist(), strict=True)
        )
        return Answer(secrets.token_hex(8), view.bundle, "similar", items)

    def close(self) -> None:
        """Close the store, and end the process that read pictures."""
        if self._looking is not None:
            self._looking.close()
        if self.store is not None:
            self.store.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _known(view: Overlay, history: History) -> Known:
    return Known(history, view.blend.ask(history))


def _away(known: Known, repeat: Repeat | None) -> Positions | None:
    """Return what of a history may not come again; None: all of it."""
    if repeat is not None and repeat not in ("never", "allow"):
        raise UsageError(f"repeat is {repeat!r}", remedy="never or allow", field="repeat")
    seen = known.history.seen
    if repeat == "allow":
        return seen[:0]
    if repeat == "never" or known.until is None:
        return None
    return seen[known.until > time.time() * 1000]


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


def _listed(
    view: Overlay,
    scores: Floats,
    k: int,
    allowed: NDArray[np.bool_],
    without: int | None = None,
) -> tuple[Positions, Floats]:
    """Return the best allowed positions above 0, and their scores."""
    masked = np.where(allowed & (scores > 0), scores, -np.inf)
    if without is not None:
        masked[without] = -np.inf
    chosen = best(masked, k, view.blend.ties)
    return chosen, scores[chosen]


def _row(scorer: ItemItem, place: int) -> Floats:
    """Return what one item says of all."""
    one, bounds = np.array([place], np.int32), np.array([0, 1], np.int64)
    row: Floats = scorer.scores(Query(one, np.ones(1, np.float32), bounds))[0]
    return row


def open_engine(
    folder: str | Path, bundle: str | None = None, stages: Sequence[Stage] | None = None
) -> Engine:
    """Open a bundle of a workspace with its store; see `beholder.open`.

    Parameters
    ----------
    bundle
        Its name, and no other will be answered from; None: the promoted one, whichever it is.
    """
    workspace = Workspace.open(folder)
    promotions = None if bundle else Promotions(workspace)
    name, parts = open_bundle(workspace, bundle or current(workspace))
    engine = engine_of(workspace, parts, name, Store.open(workspace), promotions)
    if stages is not None:
        engine.stages = tuple(stages)
    return engine


def vectors_for(workspace: Workspace, parts: Parts) -> VectorsOf:
    """Return what gives the raw vectors of late items, as the encoders of a bundle made them."""
    from beholder.engine.vectors import cached_vectors

    return cached_vectors(workspace, list(parts.content.spaces))


def engine_of(
    workspace: Workspace,
    parts: Parts,
    name: str,
    store: Store,
    promotions: Promotions | None = None,
) -> Engine:
    """Return an engine over opened parts and an open store."""
    from beholder.encoders.given_picture import GivenPictures

    settings: Settings = workspace.settings
    return Engine(
        parts,
        bundle=name,
        store=store,
        vectors_of=vectors_for(workspace, parts),
        behaviour=settings.behaviour,
        page_key=_page_key(workspace),
        dial=Dial(settings.serve.diversity, settings.serve.near, settings.serve.one_variant),
        rules=rules_of(workspace),
        explorer=_explorer(settings),
        looking=GivenPictures(workspace),
        promotions=promotions,
        lasts=lasting(settings.serve.repeat),
    )


def rules_of(workspace: Workspace) -> LiveRules:
    """Return the standing rules of a workspace.

    Raises
    ------
    SettingsError
        If they are broken.
    """
    return LiveRules(workspace.toml)


def _explorer(settings: Settings) -> Explorer | None:
    share = settings.serve.explore
    return Explorer(Exploration(settings.serve.explore_pool, share)) if share else None


def _page_key(workspace: Workspace) -> bytes:
    import hashlib

    try:
        secret = (workspace.secrets / "signing.key").read_bytes()
    except FileNotFoundError as error:
        raise BundleError(
            "secrets/signing.key is missing", remedy="restore it, or train again"
        ) from error
    return hashlib.blake2b(b"page cursors", key=secret, digest_size=32).digest()


__all__ = ["Engine", "Ranked", "check_k", "engine_of", "open_engine"]
