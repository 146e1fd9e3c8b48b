"""The present view follows the catalogue and promotions, also where both change at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from msgspec import structs

from beholder.bundle.opened import Opened, Promotions, open_bundle
from beholder.bundle.parts import Parts, load
from beholder.bundle.promote import current, folder_of, promote
from beholder.bundle.write import Origin, write_bundle
from beholder.dataset.dataset import WORDS
from beholder.engine.overlay import VectorsOf
from beholder.engine.present import Present
from beholder.spaces import Modality
from beholder.store import ItemRecord, Store
from beholder.workspace import Workspace
from planted import World, cache_vectors, picture, record

PATIENCE = 60  # seconds


def written(workspace: Workspace) -> str:
    """Write the served bundle once more, under another name."""
    parts = load(folder_of(workspace, current(workspace)))
    return write_bundle(workspace, parts, Origin(1, 1, "", 7, 0))


def present_of(
    workspace: Workspace,
    store: Store | None,
    promotions: Promotions | None = None,
    vectors_of: VectorsOf = lambda ids, pictures, texts: {},
) -> Present:
    name, parts = open_bundle(workspace, current(workspace))
    return Present(parts, name, store, vectors_of, promotions)


def elsewhere(work: Callable[[], object]) -> threading.Thread:
    """Begin something in another thread."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread


class Meanwhile(Promotions):
    """Does something once, when what was promoted is open and about to be shown."""

    then: Callable[[], object] | None = None

    def newer(self, name: str) -> Opened | None:
        found = super().newer(name)
        if found is None or self.then is None:
            return found
        then, self.then = self.then, None
        return _Watched(found, then)


class _Watched(Opened):
    """A bundle whose parts are asked for the first time when it is shown."""

    def __new__(cls, opened: Opened, then: Callable[[], object]) -> _Watched:
        made = super().__new__(cls, *opened)
        made.then = then
        return made

    @property
    def parts(self) -> Parts:
        self.then()
        self.then = lambda: None
        return self[1]


@pytest.fixture
def store(workspace: Workspace) -> Iterator[Store]:
    with Store.open(workspace) as opened:
        yield opened


def test_the_view_is_the_same_object_until_something_changes(
    workspace: Workspace, store: Store
) -> None:
    present = present_of(workspace, store, Promotions(workspace))
    first = present.look()
    assert present.look() is first
    assert present.look(first.version) is first
    store.hide("item-0010", True)
    then = present.look()
    assert then is not first
    assert (bool(first.shown[10]), bool(then.shown[10])) == (True, False)
    assert present.look() is present.view is then


def test_a_caller_with_an_older_version_gets_what_is_newer(
    workspace: Workspace, store: Store
) -> None:
    present = present_of(workspace, store)
    old = store.catalogue_version()
    store.hide("item-0010", True)
    newest = present.look()
    assert newest.version > old
    assert present.look(old) is newest  # as a request that has read its person before
    assert present.view is newest


def test_without_a_store_the_bundle_is_shown_as_it_is(workspace: Workspace, store: Store) -> None:
    store.hide("item-0010", True)
    assert present_of(workspace, None).look().shown.all()


def test_a_promoted_bundle_shows_the_catalogue_of_now_from_its_first_view_on(
    workspace: Workspace, store: Store
) -> None:
    """Nobody sees the bundle as it was made, not even who read the catalogue of that time."""
    present = present_of(workspace, store, Promotions(workspace))
    as_made = present.look().version
    store.hide("item-0010", True)
    store.put_items([ItemRecord("late", "amber fern")])
    second = written(workspace)
    promote(workspace, second)
    view = present.look(as_made)
    assert view.bundle == second
    assert view.version == store.catalogue_version() > as_made
    assert not view.shown[10]
    assert view.position_of_id["late"] == 240
    assert present.look() is view


def test_of_two_promotions_at_once_the_last_is_shown_in_the_end(
    workspace: Workspace, store: Store
) -> None:
    second, third = written(workspace), written(workspace)
    promotions = Meanwhile(workspace)
    present = present_of(workspace, store, promotions)

    def another() -> None:
        """The second is opened, not yet shown; the third is promoted, and another looks."""
        promote(workspace, third)
        other = elsewhere(present.look)
        other.join(PATIENCE)
        assert not other.is_alive(), "nobody waits for a bundle to be opened"

    promotions.then = another
    promote(workspace, second)
    present.look()
    assert present.look().bundle == third
    assert present.look().bundle == third


def test_who_looks_while_a_bundle_is_opened_goes_on_with_the_one_before(
    workspace: Workspace, store: Store
) -> None:
    first, second = current(workspace), written(workspace)
    promotions = Meanwhile(workspace)
    present = present_of(workspace, store, promotions)
    found: list[tuple[str, bool]] = []

    def look() -> None:
        store.hide("item-0010", True)
        view = present.look()  # and what changes in the catalogue is not waited for either
        found.append((view.bundle, bool(view.shown[10])))

    promotions.then = lambda: elsewhere(look).join(PATIENCE)
    promote(workspace, second)
    view = present.look()
    assert found == [(first, False)]
    assert (view.bundle, bool(view.shown[10])) == (second, False)


def test_a_promotion_while_the_catalogue_is_read_is_not_lost(
    workspace: Workspace, store: Store
) -> None:
    """Whoever has begun to follow the catalogue does not put the old bundle back in the end."""
    first, second = current(workspace), written(workspace)
    begun: list[threading.Thread] = []

    def vectors_of(*_: object) -> dict[str, Modality]:
        if not begun:
            promote(workspace, second)
            begun.append(elsewhere(present.look))
            begun[0].join(0.5)  # as far as it comes: showing waits until this has been followed
        return {}

    present = present_of(workspace, store, Promotions(workspace), vectors_of)
    store.put_items([ItemRecord("late", "amber fern")])
    present.look()
    begun[0].join(PATIENCE)
    assert not begun[0].is_alive()
    view = present.look()
    assert first != view.bundle == second
    assert "late" in view.position_of_id


@pytest.fixture
def slow(workspace: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr("beholder.engine.present.PATIENCE", 0.01)
    return Slow(workspace, store)


class Slow:
    """A view that is asked by another, once, while it follows what came to the catalogue."""

    def __init__(self, workspace: Workspace, store: Store) -> None:
        self.store, self.found = store, []
        self.meanwhile: Callable[[], None] = lambda: None
        self.present = present_of(workspace, store, None, self.vectors_of)

    def vectors_of(self, *_: object) -> dict[str, Modality]:
        if not self.found:
            other = elsewhere(self.look)
            other.join(PATIENCE)
            assert not other.is_alive(), "nobody waits for all that there is to compare"
        return {}

    def look(self) -> None:
        self.meanwhile()
        self.found.append(self.present.look())


def test_who_looks_while_many_changes_are_followed_sees_the_rows_as_they_are(
    slow: Slow, store: Store, world: World
) -> None:
    def meanwhile() -> None:
        store.hide("item-0010", True)
        store.delete_item("item-0011")
        store.put_items([structs.replace(record(world, 12), attributes={"stock": 0})])

    slow.meanwhile = meanwhile
    store.put_items([ItemRecord("late", "amber fern")])
    slow.present.look()
    for view in (slow.found[0], slow.present.view, slow.present.look()):
        assert not view.shown[[10, 11]].any()
        assert view.shown[[9, 12]].all()
        assert view.masks.of("stock = 0").nonzero()[0].tolist() == [12]
        assert view.cards[12].attributes == {"stock": 0}
    assert "late" not in slow.found[0].position_of_id, "what is new is not waited for"
    assert "late" in slow.present.view.position_of_id


def test_the_first_who_looks_does_not_wait_for_all_of_it_either(
    workspace: Workspace, store: Store, world: World
) -> None:
    """In a server, where a thread goes on beside; what it finds is shown when it is found."""
    go_on = threading.Event()

    def vectors_of(*_: object) -> dict[str, Modality]:
        assert go_on.wait(PATIENCE)
        return {}

    present = present_of(workspace, store, None, vectors_of)
    store.put_items([ItemRecord("late", "amber fern")])
    store.hide("item-0010", True)
    first = present.look(patience=0.01)
    assert not first.shown[10]
    assert "late" not in first.position_of_id
    go_on.set()
    with present._comparing:  # held until the thread has ended
        assert "late" in present.view.position_of_id


def test_what_fails_beside_is_told_and_tried_again_and_rows_are_shown_all_the_same(
    workspace: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = True

    def vectors_of(*_: object) -> dict[str, Modality]:
        if broken:
            raise OSError("the disk is gone")
        return {}

    present = present_of(workspace, store, None, vectors_of)
    store.put_items([ItemRecord("late", "amber fern")])
    store.hide("item-0010", True)
    for _ in range(2):
        view = present.look(patience=PATIENCE)
        assert not view.shown[10]
        assert "late" not in view.position_of_id
        assert str(present.trouble) == "the disk is gone"
    with pytest.raises(OSError, match="the disk is gone"):
        present.look()  # who waits for all of it is told
    broken = False
    monkeypatch.setattr("beholder.engine.present.time.monotonic", lambda: present._again)
    assert "late" in present.look(patience=PATIENCE).position_of_id
    assert present.trouble is None


def test_where_no_thread_can_be_started_it_is_tried_again(
    workspace: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    present = present_of(workspace, store)
    store.put_items([ItemRecord("late", "amber fern")])

    def full(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", full)
        assert "late" not in present.look(patience=PATIENCE).position_of_id
    assert "can't start" in str(present.trouble)
    monkeypatch.setattr("beholder.engine.present.time.monotonic", lambda: present._again)
    assert "late" in present.look(patience=PATIENCE).position_of_id


def test_rows_that_were_shown_before_they_were_compared_are_compared_in_the_end(
    slow: Slow, store: Store, world: World
) -> None:
    other = structs.replace(record(world, 10), title=record(world, 11).title)
    slow.meanwhile = lambda: store.put_items([other])
    store.put_items([ItemRecord("late", "amber fern")])
    before = slow.present.view
    slow.present.look()
    assert slow.found[0].cards[10].title == slow.present.view.cards[10].title == other.title
    assert slow.present.view.similar.n_items == before.similar.n_items + 1
    words = slow.present.look().content.spaces[WORDS]
    pair = np.array([10]), np.array([11])
    assert float(before.content.spaces[WORDS].pairs(*pair)[0]) < 0.99
    assert float(words.pairs(*pair)[0]) > 0.99


def test_what_is_shown_again_while_others_are_compared_is_shown(slow: Slow, store: Store) -> None:
    store.hide("item-0010", True)
    assert not slow.present.look().shown[10]
    slow.found.clear()
    slow.meanwhile = lambda: store.hide("item-0010", False)
    store.put_items([ItemRecord("late", "amber fern")])
    slow.present.look()
    assert slow.found[0].shown[10]
    assert slow.present.view.shown[10]


def test_a_bundle_that_fails_to_open_leaves_the_way_free_for_the_next(
    workspace: Workspace, store: Store
) -> None:
    second, third = written(workspace), written(workspace)
    promotions = Meanwhile(workspace)
    present = present_of(workspace, store, promotions)

    def fail() -> None:
        raise OSError("the disk is gone")

    promotions.then = fail
    promote(workspace, second)
    with pytest.raises(OSError, match="the disk is gone"):
        present.look()
    assert present.look().bundle == second, "it is tried again"
    promote(workspace, third)
    assert present.look().bundle == third


def test_nobody_waits_twice_for_a_bundle_that_is_compared(
    slow: Slow, workspace: Workspace, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is hidden meanwhile is hidden, and who asks again is not held up at all."""
    monkeypatch.setattr("beholder.engine.present.PATIENCE", PATIENCE)
    second, first = written(workspace), current(workspace)
    present = present_of(workspace, store, Promotions(workspace))
    begun, finish, found = threading.Event(), threading.Event(), []

    def vectors_for(*given: object) -> VectorsOf:
        begun.set()
        assert finish.wait(PATIENCE)
        return lambda ids, pictures, texts: {}

    monkeypatch.setattr("beholder.engine.present.vectors_for", vectors_for)
    promote(workspace, second)
    opening = elsewhere(present.look)
    assert begun.wait(PATIENCE)
    present._patient_until = 0.0  # half a second later
    store.hide("item-0010", True)
    for _ in range(2):
        elsewhere(lambda: found.append(present.look())).join(PATIENCE)
    finish.set()
    opening.join(PATIENCE)
    assert [(view.bundle, bool(view.shown[10])) for view in found] == [(first, False)] * 2
    assert (present.view.bundle, bool(present.view.shown[10])) == (second, False)


def test_pictures_of_late_items_are_read_by_the_encoders_of_the_promoted_bundle(
    workspace: Workspace, store: Store, world: World
) -> None:
    present = present_of(workspace, store, Promotions(workspace))  # of its own it reads none
    cache_vectors(workspace, [picture(5000), picture(5001)], world.looks[[3, 4]])
    store.put_items([ItemRecord("before", "amber fern", {}, [picture(5000)])])
    assert present.look().content.spaces["colour"].present[240:].tolist() == [False]
    promote(workspace, written(workspace))
    assert present.look().content.spaces["colour"].present[240:].tolist() == [True]
    store.put_items([ItemRecord("after", "amber fern", {}, [picture(5001)])])
    assert present.look().content.spaces["colour"].present[240:].tolist() == [True, True]
