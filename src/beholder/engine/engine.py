"""The engine: the same object answers in Python, over HTTP, and in the evaluation."""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.behaviour.event import Event
from beholder.behaviour.history import History
from beholder.bundle.opened import Promotions
from beholder.bundle.parts import Parts
from beholder.engine import finding, rows
from beholder.engine.allowed import allowed, away, without_refused
from beholder.engine.answer import Answer, Explanation, Level, Recommendation
from beholder.engine.checking import (
    checked_item,
    checked_k,
    checked_new,
    checked_person,
    checked_place,
    checked_text,
    event_of,
)
from beholder.engine.choosing import AllFacets, Facet, SearchAnswer, facets_of, without_each
from beholder.engine.explain import explanation
from beholder.engine.item_vectors import ItemVectors, item_vectors, to_parquet
from beholder.engine.keep import Keep
from beholder.engine.looks import check_looks
from beholder.engine.nothing import no_attribute, why_nothing
from beholder.engine.overlay import Overlay, VectorsOf
from beholder.engine.own_scores import own_scores
from beholder.engine.pages import TOO_LONG, Pages, after, begun, gone_on, there
from beholder.engine.people import People, Told, known_of, level_of
from beholder.engine.pipeline import Pipeline
from beholder.engine.placed import placed_in
from beholder.engine.present import Present
from beholder.engine.question import FILTER, NOTHING, Question, Wanted, checked, question_of
from beholder.engine.ranked import Ranked, alike
from beholder.engine.repeat import Moments
from beholder.engine.rerank import Dial
from beholder.engine.showing import Answered, as_json, as_objects, show
from beholder.engine.simple import Simply
from beholder.engine.slate import Known
from beholder.engine.value import not_foreseen, predicted
from beholder.engine.variants import (
    Variants,
    all_of_product,
    asked_for_one,
    how_many,
    one_each,
    others,
)
from beholder.errors import DataError, UnknownItemError, UsageError
from beholder.lists import several, texts_of
from beholder.rules.choices import Choices, all_of, masks_of, picked
from beholder.scorers.interface import Floats, Mask, Positions
from beholder.settings import BehaviourSettings
from beholder.store.ids import answer_id, check_moment, of_several
from beholder.store.records import Snapshot
from beholder.store.store import Store

if TYPE_CHECKING:
    from beholder.encoders.given_picture import Given, GivenPictures


class Engine:
    """A bundle, the store, and an overlay of what changed since.

    Thread-safe: the overlay is immutable and replaced as a whole.

    Attributes
    ----------
    patience
        Seconds that a question waits where many items changed, before it is answered with those
        compared as they were; without bound, but in a server.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        bundle: str = "",
        store: Store | None = None,
        vectors_of: VectorsOf = lambda ids, pictures, texts: {},
        behaviour: BehaviourSettings | None = None,
        page_key: bytes = b"",
        pipeline: Pipeline | None = None,
        keep: Keep | None = None,
        looking: GivenPictures | None = None,
        promotions: Promotions | None = None,
        lasts: Moments | None = None,
        patience: float = math.inf,
        root: str = "",
    ) -> None:
        self.store = store
        self.pipeline = pipeline or Pipeline()
        self.keep = keep
        self.people = People(behaviour or BehaviourSettings(), lasts)
        self.rows = rows.Rows(store)
        self._looking = looking
        self._pages = Pages(page_key or secrets.token_bytes(32))
        self._present = Present(parts, bundle, store, vectors_of, promotions, root)
        self.patience = patience
        self._simply = Simply()
        self._all_facets = AllFacets()
        self.refresh()

    @property
    def parts(self) -> Parts:
        """The bundle's own parts."""
        return self.now_showing.parts

    @property
    def bundle(self) -> str:
        """Name of the bundle."""
        return self.now_showing.bundle

    @property
    def now_showing(self) -> Overlay:
        """The present view."""
        return self._present.view

    @property
    def rule_problems(self) -> tuple[str, ...]:
        """What is wrong with the standing rules as the settings have them now, a sentence each.

        What `serve.value` asks for and the bundle does not foresee is among it.
        """
        view = self.now_showing
        return (*self.pipeline.rules.problems(view), *not_foreseen(self.pipeline.ordering, view))

    @property
    def trouble(self) -> Exception | None:
        """Why items that came or changed could not be compared; see `Present`."""
        return self._present.trouble

    def refresh(self, version: int | None = None, patience: float | None = None) -> Overlay:
        """Bring the view to the catalogue's version; without change this costs nothing.

        An engine of `beholder.open` looks whether another bundle was promoted, too.

        Parameters
        ----------
        version
            Where the caller has read it already.
        patience
            Seconds to wait for many items to be compared, which goes on beside; None: as `patience`
            of this engine says.
        """
        return self._present.look(version, self.patience if patience is None else patience)

    def knows(self, version: int) -> bool:
        """Whether nothing is to be done for this version of the catalogue."""
        return self._present.knows(version)

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
            checked_person(user, session)
            view = self.refresh(None if seen is None else seen.version)
            known = self.people.told(view, history)
            return known, self._level(view, known, user), view
        seen = self._seen(user, session, seen)
        view = self.refresh(None if seen is None else seen.version)
        asks = user is not None or session is not None
        known = self.people.stored(view, seen if asks else None)
        return known, self._level(view, known, user), view

    def _level(self, view: Overlay, known: Known, user: str | None) -> Level:
        return level_of(view, known, user, foreseen=self.pipeline.foresees(view))

    def _seen(
        self, user: str | None, session: str | None, seen: Snapshot | None
    ) -> Snapshot | None:
        """Return what the store says of somebody, unless the caller has read it already."""
        if seen is not None:
            return seen
        checked_person(user, session)
        if self.store is None or not (user or session):
            return None
        return self.store.snapshot(user, session)

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
        mask = allowed(view, history, ())
        if among is not None:
            mask &= among
        wanted = Wanted(k, mask, dial or self.pipeline.dial, explore=True)
        return self.pipeline(view, known_of(view, history), level, wanted)

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
        wanted = question_of(question, asked)
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
        wanted = question_of(question, asked)
        return as_json(self._answer(user, session, history, wanted, seen))

    def simple_json(
        self,
        seen: Snapshot,
        k: int,
        exclude: Iterable[str] = (),
        variants: Variants | None = None,
    ) -> bytes | None:
        """Return what is popular as JSON, at a tenth of the work; see `simple`.

        Parameters
        ----------
        seen
            What the store says of who asks.
        exclude
            Ids that are on the page already.
        variants
            `one` of each product, and none of what somebody did anything with, or `all`.

        Returns
        -------
        None where that has fewer than k items.
        """
        checked_k(k)
        view = self.now_showing
        had = view.positions(seen.columns()[0]).tolist()
        had += [view.position_of_id.get(item, -1) for item in exclude]
        return self._simply(view, self.pipeline, set(had), k, one=asked_for_one(variants))

    def _answer(
        self,
        user: str | None,
        session: str | None,
        history: Told | None,
        question: Question,
        seen: Snapshot | None,
    ) -> Answered:
        checked(question)
        if history is None:
            seen = self._seen(user, session, seen)
        who, told = (user, session), history is not None
        own = not told and seen is not None and seen.known and seen.profiling
        if question.page is None:
            cursor = begun(answer_id(), question, told)
        else:
            cursor, own = self._pages.open(question.page, who, own)
            question = gone_on(cursor, question, told)
        known, level, view = self.history_of(user, session, history, seen)
        one = asked_for_one(question.variants)
        exclude, shown, before = texts_of(question.exclude, "exclude"), NOTHING, NOTHING
        checked_new(exclude, view.position_of_id, "exclude")
        if question.page is not None:
            shown = there(view, cursor.shown)
            before = np.append(shown, there(view, cursor.excluded))
        seen_lately = away(known, question.repeat)
        mask = allowed(view, known.history, exclude, seen_lately, one=one, before=before)
        if question.filter:
            mask &= view.masks.of(question.filter)
        dial = self.pipeline.dial
        if question.diversity is not None:
            dial = dial._replace(diversity=question.diversity)
        if one and view.varies:
            dial = dial._replace(one_variant=True, alone=True)
        explore = self._may_explore(user, session, history, seen)
        wanted = Wanted(question.k, mask, dial, explore, cursor.place, shown)
        ranked = self.pipeline(view, known, level, wanted)
        behind = after(cursor, view, ranked.positions, exclude) if ranked.more else None
        following = None if behind is None else self._pages.seal(behind, who, own)
        note = TOO_LONG if behind is not None and following is None else None
        if not len(ranked.positions) and question.page is None:
            note = why_nothing(view, self._able(view, None), self._able(view, question.filter))
        more = self._others(view, ranked.positions) if one else None
        answered = Answered(
            view, ranked, cursor.answer, view.bundle, following, known.unknown, note, more
        )
        return self._kept(answered, seen)

    def _others(self, view: Overlay, positions: Positions) -> dict[str, int]:
        return others(view, positions, self._able(view, None))

    def _may_explore(
        self,
        user: str | None,
        session: str | None,
        history: Told | None,
        seen: Snapshot | None,
    ) -> bool:
        """Whether something may be tried on somebody; who told a history is asked for, too."""
        if self.pipeline.explorer is None:
            return False
        if history is not None and self.store is not None and (user or session):
            seen = self.store.snapshot(user, session)
        return seen is None or seen.profiling

    def _kept(self, answered: Answered, seen: Snapshot | None) -> Answered:
        if self.keep is not None:
            self.keep(answered.view, answered.ranked, answered.name, answered.bundle, seen)
        return answered

    def similar(
        self,
        item: str,
        k: int = 20,
        seen: Snapshot | None = None,
        filter: str | None = None,
        variants: Variants | None = None,
    ) -> Answer:
        """Return what looks and reads like an item, and what people like together with it.

        Parameters
        ----------
        seen
            What the store says of who asks: whose answer it is, without what they disliked or hid.
        filter
            Only items for which this holds, such as `price < 50`.
        variants
            `one` of each product, and none of the item's own, or `all`.

        Raises
        ------
        UnknownItemError
            If there is no such item.
        FilterError
            If the filter cannot be read.
        """
        checked_k(k)
        checked_text(filter, "filter", FILTER)
        view = self.refresh()
        place = self._position(view, item)
        one = asked_for_one(variants)
        able, held = self._able(view, None), self._able(view, filter)
        wanted = without_refused(view, self.people.stored(view, seen).history, held, one=one)
        found = finding.similar_to(view, place, k, wanted, one=one)
        answer = finding.as_answer(view, found, able, held, one=one)
        if self.keep is not None:
            self.keep(view, alike(found.positions, found.scores), answer.answer, view.bundle, seen)
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
        variants: Variants | None = None,
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
        variants
            `one` of each product, the first that would stand there, or `all`.

        Raises
        ------
        UsageError
            If there is no such row, or k is out of range.
        FilterError
            If the filter cannot be read.
        """
        checked_k(k)
        checked_text(filter, "filter", FILTER)
        row, one = rows.checked(name), asked_for_one(variants)
        seen = self._seen(user, session, seen)
        known, level, view = self.history_of(user, session, seen=seen)
        mask = without_refused(view, known.history, self._able(view, filter), one=one)
        chosen, scores, window, note = self.rows.ordered(row, view, mask, k, seen, one)
        reason = rows.REASONS.get(row)
        items = tuple(
            show(view.cards[position], score, reason)
            for position, score in zip(chosen.tolist(), scores.tolist(), strict=True)
        )
        title = "row_" + row.replace("-", "_")
        own: Level = level if row == "recently-viewed" else "popular"
        more = self._others(view, chosen) if one else None
        return rows.Row(row, title, view.bundle, own, items, window, note, more)

    def search(
        self,
        words: str | None = None,
        *,
        picture: Given | Mapping[str, Floats] | None = None,
        k: int = 20,
        filter: str | None = None,
        choices: Choices | None = None,
        facets: bool | str | Sequence[str] = False,
        variants: Variants | None = None,
        place: int = 0,
    ) -> SearchAnswer:
        """Search by words, by a picture, or by both; or list what choices or a filter leave.

        Items that say all words come before those that say some, and the popular first among
        equals. A word is found by its stem, its beginning and with a letter off, too, and an item
        by its id or a code among its attributes.

        Parameters
        ----------
        words
            Any text.
        picture
            A path, the bytes of a file, a PIL image, or an array uint8 (h, w, 3), which the
            encoders of the workspace look at; or raw vectors by encoder name, float32 (dim,) each.
        filter
            Only items for which this holds, such as `price < 50`.
        choices
            Only items with one of these values of each attribute, as facets name them:
            `{"category": ["vase", "jug"], "price": ["10..20"]}`.
        facets
            Whether the answer says by what it can be narrowed, or by which attributes.
        variants
            `one` of each product, the one that answers best, or `all`; counts are of such cards.
        place
            Of the first item among all that are found, from 0 to `FURTHEST`: for a next page.

        Raises
        ------
        UsageError
            If neither is given, the place is out of range, or the items of this bundle cannot be
            compared with the picture.
        MediaError
            If the picture is refused.
        """
        checked_k(k)
        checked_place(place)
        checked_text(words, "words", "search for a text")
        checked_text(filter, "filter", FILTER)
        if isinstance(picture, Mapping) and not picture:
            picture = None
        choices = picked({} if choices is None else choices)
        if not (words and words.strip()) and picture is None and not filter and not choices:
            raise UsageError("a search needs words, a picture, choices or a filter", field="words")
        vectors = {} if picture is None else self._vectors_of_picture(picture)
        view = self.refresh()
        if picture is not None:
            check_looks(view.content, vectors)
        able, held = self._able(view, None), self._able(view, filter)
        chosen = masks_of(choices, view.masks.facets)
        scores = finding.scores_of(view, words, vectors)
        pictured = bool(vectors) and not (words and words.strip())
        # A picture alone puts all that was chosen in order.
        wanted = held if pictured and choices else held & (scores > 0)
        whole, one = all_of(chosen, wanted), asked_for_one(variants)
        if one:
            whole = one_each(view, scores, whole)
        found = finding.ordered(view, scores, place + k, whole)
        if pictured and not choices:
            found = found._replace(total=None)
        narrowed = " and ".join(["the filter"] * bool(filter) + ["the choices"] * bool(choices))
        answer = finding.as_answer(
            view, found, able, all_of(chosen, held), place, one=one, asked=narrowed
        )
        away = self._unavailable(view, words or "", filter, chosen, whole)
        names = () if isinstance(facets, bool) else texts_of(facets, "facets", alone=True)
        told = facets_of(view, wanted, choices, chosen, names, one=one) if facets else None
        lost = no_attribute((*choices, *names), view.masks.facets.fields)
        notes = [one for one in (answer.note, lost) if one is not None]
        said = msgspec.structs.asdict(answer) | {"note": "; ".join(notes) or None}
        return SearchAnswer(**said, facets=told, unavailable=away)

    def _unavailable(
        self,
        view: Overlay,
        words: str,
        filter: str | None,
        chosen: Mapping[str, Mask],
        found: Mask,
    ) -> int:
        """Return how many items say more of the words than what is found, and are banned."""
        banned = view.shown & ~self.pipeline.rules.open(view)
        if not words.strip() or not banned.any():
            return 0
        if filter:
            banned &= view.masks.of(filter)
        among = all_of(chosen, banned)
        return int(np.count_nonzero(finding.saying_more(view, words, found, among)))

    def facets(
        self, names: str | Sequence[str] = (), variants: Variants | None = None
    ) -> tuple[Facet, ...]:
        """Return by what all that may be shown can be narrowed, with counts; see `search`."""
        named, one = tuple(texts_of(names, "names", alone=True)), asked_for_one(variants)
        return self._all_facets(self.refresh(), self.pipeline.rules, named, one)

    def without(
        self, words: str, choices: Choices, variants: Variants | None = None
    ) -> tuple[int, dict[tuple[str, str], int]]:
        """Return how many a search would find without its words, and without each of its choices.

        For those who found nothing; `choices` and `variants` as in `search`.
        """
        view, one = self.refresh(), asked_for_one(variants)
        able = self._able(view, None)
        unworded = all_of(masks_of(choices, view.masks.facets), able)
        found = able & (finding.scores_of(view, words, {}) > 0)
        return how_many(view, unworded, one=one), without_each(view, found, choices, one=one)

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
        """Score given items for somebody: the blend, what dislikes take, what rules add.

        What a `history` names and the catalogue does not know counts for nothing.

        Raises
        ------
        UnknownItemError
            If one of the items does not exist.
        """
        items = texts_of(items, "items")
        known, level, view = self.history_of(user, session, history, seen)
        places = np.array([self._position(view, item) for item in items], np.int32)
        request = self.pipeline.about(view, known, level)
        scores = own_scores(request, view, places).scores
        return dict(zip(items, scores.tolist(), strict=True))

    def predictions(
        self,
        items: Sequence[str],
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        seen: Snapshot | None = None,
    ) -> dict[str, dict[str, float]] | None:
        """Say what may follow if somebody sees given items at a usual place.

        `click` and `conversion` are chances within a day, `watch` is a share of the length, and
        `rating` one of the scale; those that the bundle foresees.

        Returns
        -------
        None where it foresees nothing, or somebody has no history.

        Raises
        ------
        UnknownItemError
            If one of the items does not exist.
        """
        items = texts_of(items, "items")
        known, level, view = self.history_of(user, session, history, seen)
        places = np.array([self._position(view, item) for item in items], np.int32)
        told = predicted(self.pipeline.about(view, known, level), view, places)
        if told is None or view.parts.heads is None:
            return None
        tasks = view.parts.heads.tasks
        return {
            item: dict(zip(tasks, own, strict=True))
            for item, own in zip(items, told.tolist(), strict=True)
        }

    def explain(
        self,
        item: str,
        user: str | None = None,
        *,
        session: str | None = None,
        history: Told | None = None,
        seen: Snapshot | None = None,
        answer: str | None = None,
    ) -> Explanation:
        """Say why an item has its score for somebody.

        Parameters
        ----------
        answer
            Id of an answer that this person was given: where the item stood in it, with which
            score and chance, is told as well, as long as it is kept.

        Raises
        ------
        UnknownItemError
            If there is no such item.
        UnknownAnswerError
            If no such answer to this person is kept, or the item was not in it.
        """
        checked_text(answer, "answer", "tell the `answer` of a list")
        if history is None:
            seen = self._seen(user, session, seen)
        known, level, view = self.history_of(user, session, history, seen)
        place = self._position(view, item)
        mask = allowed(view, known.history, (), away(known, None))
        moved = self.pipeline.by_order(view, known, level, mask, place)
        found = explanation(self.pipeline.about(view, known, level), view, place, moved)
        if answer is None:
            return found
        placed = placed_in(self.store, answer, seen, int(view.seqs[place]))
        return msgspec.structs.replace(found, placed=placed)

    def record(self, event: Event | dict[str, Any] | Sequence[Event | dict[str, Any]]) -> list[Any]:
        """Store one or more events; the next answer knows them.

        Raises
        ------
        UsageError, DataError
            If this engine has no store, or an event is malformed: of several with its place, such
            as `events[1].kind`. Nothing is stored then.
        """
        if self.store is None:
            raise UsageError("this engine has no store to record in", remedy="use beholder.open")
        given = [event] if isinstance(event, Event | dict) else several(event, "event")
        events = []
        for place, one in enumerate(given):
            read = event_of(one, f"events[{place}]" if len(given) > 1 else "")
            try:
                check_moment(read.time)
            except DataError as error:
                raise of_several(error, place, len(given)) from None
            events.append(read)
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

    def variants(self, item: str) -> tuple[Recommendation, ...]:
        """Return all variants of an item's product that are shown, itself among them.

        Returns
        -------
        Nothing where it has no others.

        Raises
        ------
        UnknownItemError
            If there is no such item, or it is hidden.
        """
        view = self.refresh()
        same = all_of_product(view, self._position(view, item))
        return tuple(show(view.cards[position], 0.0, None) for position in same)

    # -- showing ----------------------------------------------------------------------------

    def _position(self, view: Overlay, item: str) -> int:
        checked_item(item)
        place = view.position_of_id.get(item, -1)
        if place < 0 or not view.shown[place]:
            known = finding.called(view, item)
            raise UnknownItemError(
                f"no item {item!r} is shown in this catalogue ({_items(int(view.shown.sum()))})",
                remedy=f"it is a code of the item {known!r}: ask for that"
                if known
                else "check its id; new items need `beholder import`",
                field="item",
            )
        return place

    def _able(self, view: Overlay, filter: str | None) -> NDArray[np.bool_]:
        """Return what may be in an answer now, and is asked for, bool (n,)."""
        able = self.pipeline.rules.open(view)
        return able & view.masks.of(filter) if filter else able

    def forget(self) -> None:
        """Keep nothing of anybody in memory; the next question reads it again."""
        self.people.memory.clear()
        self.pipeline.readings.clear()

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


def _items(n: int) -> str:
    return "1 item" if n == 1 else f"{n} items"
