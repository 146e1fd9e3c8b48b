"""The catalogue as it is now over the bundle that is served: followed, never locked for readers."""

from __future__ import annotations

import math
import threading
import time

from beholder.bundle.opened import Opened, Promotions
from beholder.bundle.parts import Parts
from beholder.engine import overlay
from beholder.engine.overlay import Overlay, VectorsOf
from beholder.engine.vectors import vectors_for
from beholder.store.store import Store
from beholder.workspace import Workspace

PATIENCE = 0.5  # seconds that anybody waits for others who follow the catalogue


class Present:
    """The present view; replaced as a whole, so that whoever reads one has it to the end.

    Parameters
    ----------
    vectors_of
        Gives raw vectors by name for items that came or changed; see `overlay.follow`.
    promotions
        Tells when another bundle was promoted; None: the first is kept.

    Attributes
    ----------
    view
        What requests read.
    """

    def __init__(
        self,
        parts: Parts,
        bundle: str,
        store: Store | None,
        vectors_of: VectorsOf,
        promotions: Promotions | None,
    ) -> None:
        self.view: Overlay = overlay.bare(parts, bundle)
        self._followed = self.view  # the last one whose items are all compared as they are
        self._patient_until = math.inf
        self._store, self._vectors_of, self._promotions = store, vectors_of, promotions
        self._following, self._promoting = threading.Lock(), threading.Lock()
        self._replacing = (
            threading.Lock()
        )  # held while rows are read, never while items are compared

    def look(self, version: int | None = None) -> Overlay:
        """Bring the view to a version of the catalogue; without change this costs nothing.

        Where thousands of items have other words it takes seconds to compare them. Who looks
        meanwhile waits until `PATIENCE` seconds after it began, and goes on with items that are
        compared as before; what is hidden, out of stock or banned is so at once all the same.

        Parameters
        ----------
        version
            Of the catalogue, where the caller has read it already.
        """
        if self._promotions is not None:
            self._follow(self._promotions)
        if self._store is None:
            return self.view
        if version is None:
            version = self._store.catalogue_version()
        if version <= self._followed.version:
            return self.view
        left = self._patient_until - time.monotonic()
        if not self._following.acquire(timeout=min(max(left, 0.0), PATIENCE)):
            return self._told(self._store, version)
        try:
            self._patient_until = time.monotonic() + PATIENCE
            if version > self._followed.version:
                self._show(self._now(self._followed, self._store, version))
        finally:
            self._patient_until = math.inf
            self._following.release()
        return self.view

    def _told(self, store: Store, version: int) -> Overlay:
        """Show the rows of the catalogue as they are, whatever is still to be compared."""
        with self._replacing:
            if version > self.view.version:
                changed = store.items(changed_after=self.view.version)
                self.view = overlay.told(self.view, changed, version)
            return self.view

    def _follow(self, promotions: Promotions) -> None:
        """Show what was promoted; others go on with what they have while one thread opens it."""
        if not self._promoting.acquire(blocking=False):
            return
        try:
            newer = promotions.newer(self.view.bundle)
            if newer is not None:
                self._open(newer, promotions.workspace)
        finally:
            self._promoting.release()

    def _open(self, opened: Opened, workspace: Workspace) -> None:
        """Answer from another bundle, with the catalogue as it is now, from here on."""
        view = overlay.bare(opened.parts, opened.name)
        with self._following:
            self._vectors_of = vectors_for(workspace, opened.parts)
            if self._store is not None:
                version = self._store.catalogue_version()
                if version > view.version:
                    view = self._now(view, self._store, version)
            self._show(view)

    def _now(self, view: Overlay, store: Store, version: int) -> Overlay:
        changed = store.items(changed_after=view.version)
        return overlay.follow(view, changed, version, self._vectors_of)

    def _show(self, followed: Overlay) -> None:
        """Answer from another view; what somebody was told since it was begun stays."""
        with self._replacing:
            version, view = self.view.version, followed
            if self._store is not None and version > view.version:
                changed = self._store.items(changed_after=view.version)
                view = overlay.told(view, changed, version)
            self._followed, self.view = followed, view
