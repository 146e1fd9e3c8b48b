"""The standing rules of a workspace, fitted to the view that is asked."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from beholder.engine.overlay import Overlay
from beholder.rules.fit import Fitted, fit
from beholder.rules.live import LiveRules
from beholder.rules.standing import Standing

NO_RULES = Fitted()


class StandingRules:
    """What rules do to a view, worked out once for each view and state of the settings.

    Parameters
    ----------
    live
        None: there are no rules.
    """

    def __init__(self, live: LiveRules | None = None) -> None:
        self.live = live
        self._fitted: tuple[Standing, Overlay, Fitted] | None = None

    @property
    def any(self) -> bool:
        """Whether there is a rule, besides what is out of stock."""
        return self.live is not None and bool(self.live.rules.rules)

    def fitted(self, view: Overlay) -> Fitted:
        """Return what the rules do to this view, as the settings have them now."""
        if self.live is None:
            return NO_RULES
        standing = self.live.look(time.monotonic())
        kept = self._fitted
        if kept is None or kept[0] is not standing or kept[1] is not view:
            fitted = fit(standing, view.masks, view.position_of_id)
            kept = self._fitted = (standing, view, fitted)
        return kept[2]

    def open(self, view: Overlay) -> NDArray[np.bool_]:
        """Return what may be in any answer now, bool (n,): shown, and not banned."""
        banned = self.fitted(view).banned
        return view.shown if banned is None else view.shown & ~banned

    def problems(self, view: Overlay) -> tuple[str, ...]:
        """Return what is wrong with the rules, a sentence each."""
        problems = self.fitted(view).problems
        broken = "" if self.live is None else self.live.problem
        return (broken, *problems) if broken else problems
