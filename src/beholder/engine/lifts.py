"""What boosts and buries add to the scores of candidates, each by its name."""

from __future__ import annotations

from beholder.engine.overlay import Overlay
from beholder.engine.retrieve import raised_by
from beholder.engine.slate import Adjustment, Request, Slate


def lifts(request: Request, view: Overlay, slate: Slate) -> Slate:
    """Add what boosts and buries say."""
    raised = raised_by(request, view, slate.positions)
    if not raised:
        return slate
    added = [Adjustment(name, values) for name, values in raised]
    return slate.adjusted_by(added, view.ties)
