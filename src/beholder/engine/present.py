"""The catalogue as it is now over the bundle that is served: followed, never locked for readers."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from beholder.bundle.opened import Opened, Promotions
from beholder.bundle.parts import Parts
from beholder.engine import overlay
from beholder.engine.overlay import Overlay, VectorsOf
from beholder.engine.vectors import vectors_for
from beholder.store.store import Store

RETRY = 5.0  # seconds after which what failed is tried again
PATIENCE = 0.5  # seconds that anybody waits for others who follow the catalogue


class Present:
    """The present view; replaced as a whole, so that whoever reads one has it to the end.

    One thread at a time compares items; the rows of others that change meanwhile are shown at once.

    Parameters
    ----------
    vectors_of
        Gives raw vectors by name for items that came or changed; see `overlay.follow`.
    promotions
        Tells when another bundle was promoted; None: the first is kept.
    root
        See `cards.picture_of`.

    Attributes
    ----------
    view
        What requests read.
    trouble
        Why items that came or changed could not be compared, where a thread did that; None: all
        are.
    """

    trouble: Exception | None = None

    def __init__(
        self,
        parts: Parts,
        bundle: str,
        store: Store | None,
        vectors_of: VectorsOf,
        promotions: Promotions | None,
        root: str = "",
    ) -> None:
        self._root = root
        self.view: Overlay = overlay.bare(parts, bundle, root)
        self._compared = self.view  # the last one whose items are all compared as they are
        self._patient_until = math.inf
        self._again = 0.0
        self._store, self._vectors_of, self._promotions = store, vectors_of, promotions
        self._comparing, self._promoting = threading.Lock(), threading.Lock()
        # Held while rows are read, never while items are compared.
        self._replacing = threading.Lock()

    def knows(self, version: int) -> bool:
        """Whether the view has all of a version of the catalogue: looking at it costs nothing."""
        return version <= self._compared.version

    def look(self, version: int | None = None, patience: float = math.inf) -> Overlay:
        """Bring the view to a version of the catalogue; without change this costs nothing.

        Where thousands of items have other words it takes seconds to compare them. Who looks
        meanwhile waits until `PATIENCE` seconds after it began, and goes on with items that are
        compared as before; what is hidden, out of stock or banned is so by then all the same.

        Parameters
        ----------
        version
            Of the catalogue, where the caller has read it already.
        patience
            Seconds that the first who looks waits, too, while a thread compares; then it goes on
            without. What fails in that thread is `trouble`, and tried again now and then; without
            a bound it is raised.
        """
        if self._promotions is not None:
            self._look_for(self._promotions)
        if self._store is None:
            return self.view
        if version is None:
            version = self._store.catalogue_version()
        if self.knows(version) or (self._comparing.locked() and version <= self.view.version):
            return self.view
        if self.trouble is not None and not math.isinf(patience) and self._rests():
            return self._with_rows(self._store, version)
        left = self._patient_until - time.monotonic()
        if not self._comparing.acquire(timeout=min(max(left, 0.0), PATIENCE)):
            return self._with_rows(self._store, version)
        if math.isinf(patience):
            self._follow(self._store, version)
        elif not self._follow_beside(self._store, version, patience):
            return self._with_rows(self._store, version)
        return self.view

    def _follow(self, store: Store, version: int) -> None:
        """Compare what changed; who calls has acquired `_comparing`, and it is released."""
        with self._has_acquired():
            for _ in range(2):  # once more for what others were shown meanwhile
                if not self.knows(version):
                    self._show(self._now(self._compared, store, version, self._vectors_of))
                version = max(version, self.view.version)

    def _follow_beside(self, store: Store, version: int, patience: float) -> bool:
        """Let a thread compare what changed; whether that ended in time."""
        ended = threading.Event()

        def follow() -> None:
            try:
                self._follow(store, version)
                self.trouble = None
            except Exception as error:  # whatever it is, others are answered from what there is
                self._note(error)
            finally:
                ended.set()

        try:
            threading.Thread(target=follow, name="beholder-compare", daemon=True).start()
        except RuntimeError as error:  # no room for another thread
            self._comparing.release()
            self._note(error)
            return False
        return ended.wait(patience) and self.trouble is None

    def _note(self, error: Exception) -> None:
        self.trouble, self._again = error, time.monotonic() + RETRY

    def _rests(self) -> bool:
        """Whether comparing failed a moment ago."""
        return time.monotonic() < self._again

    @contextmanager
    def _has_acquired(self) -> Iterator[None]:
        """Let others wait for a moment only, and go on in the end."""
        self._patient_until = time.monotonic() + PATIENCE
        try:
            yield
        finally:
            self._patient_until = math.inf
            self._comparing.release()

    def _with_rows(self, store: Store, version: int) -> Overlay:
        """Show the rows of the catalogue as they are, whatever is still to be compared."""
        with self._replacing:
            if version > self.view.version:
                changed = store.items(changed_after=self.view.version)
                self.view = overlay.with_rows(self.view, changed, version)
            return self.view

    def _look_for(self, promotions: Promotions) -> None:
        """Show what was promoted; others go on with what they have while one thread opens it."""
        if not self._promoting.acquire(blocking=False):
            return
        try:
            newer = promotions.newer(self.view.bundle)
            if newer is not None:
                self._open(newer, promotions)
        finally:
            self._promoting.release()

    def _open(self, opened: Opened, promotions: Promotions) -> None:
        """Answer from another bundle, with the catalogue as it is now, from here on."""
        self._comparing.acquire()
        with self._has_acquired():
            try:
                view = overlay.bare(opened.parts, opened.name, self._root)
                vectors_of = vectors_for(promotions.workspace, opened.parts)
                if self._store is not None:
                    version = self._store.catalogue_version()
                    if version > view.version:
                        view = self._now(view, self._store, version, vectors_of)
                self._show(view)
            except BaseException:
                promotions.forget()  # the next one who looks tries again
                raise
            self._vectors_of = vectors_of

    def _now(self, view: Overlay, store: Store, version: int, vectors_of: VectorsOf) -> Overlay:
        changed = store.items(changed_after=view.version)
        return overlay.follow(view, changed, version, vectors_of)

    def _show(self, compared: Overlay) -> None:
        """Answer from another view; rows that were shown since it was begun stay."""
        with self._replacing:
            version, view = self.view.version, compared
            if self._store is not None and version > view.version:
                changed = self._store.items(changed_after=view.version)
                view = overlay.with_rows(view, changed, version)
            self._compared, self.view = compared, view
