"""The catalogue as it is now over the bundle that is served: followed, never locked for readers."""

from __future__ import annotations

import threading

from beholder.bundle.opened import Opened, Promotions
from beholder.bundle.parts import Parts
from beholder.engine import overlay
from beholder.engine.overlay import Overlay, VectorsOf
from beholder.engine.vectors import vectors_for
from beholder.store.store import Store
from beholder.workspace import Workspace

PATIENCE = 0.5  # seconds


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
        self._store, self._vectors_of, self._promotions = store, vectors_of, promotions
        self._lock, self._promoting = threading.Lock(), threading.Lock()

    def look(self, version: int | None = None) -> Overlay:
        """Bring the view to a version of the catalogue; without change this costs nothing.

        Who looks while another brings it there waits `PATIENCE` seconds, and then goes on with what
        there is, but for what was hidden or deleted: where thousands of items have other texts it
        takes seconds to compare them.

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
        if version == self.view.version:
            return self.view
        if not self._lock.acquire(timeout=PATIENCE):
            view = self.view
            return overlay.without_hidden(view, self._store.items(changed_after=view.version))
        try:
            if version > self.view.version:
                self.view = self._followed(self.view, self._store, version)
        finally:
            self._lock.release()
        return self.view

    def _follow(self, promotions: Promotions) -> None:
        """Show what was promoted; others go on with what they have while one thread opens it."""
        if not self._promoting.acquire(blocking=False):
            return
        try:
            newer = promotions.newer(self.view.bundle)
            if newer is not None:
                self._show(newer, promotions.workspace)
        finally:
            self._promoting.release()

    def _followed(self, view: Overlay, store: Store, version: int) -> Overlay:
        changed = store.items(changed_after=view.version)
        return overlay.follow(view, changed, version, self._vectors_of)

    def _show(self, opened: Opened, workspace: Workspace) -> None:
        """Answer from another bundle, with the catalogue as it is now, from here on."""
        view = overlay.bare(opened.parts, opened.name)
        with self._lock:
            self._vectors_of = vectors_for(workspace, opened.parts)
            if self._store is not None:
                version = self._store.catalogue_version()
                if version > view.version:
                    view = self._followed(view, self._store, version)
            self.view = view
