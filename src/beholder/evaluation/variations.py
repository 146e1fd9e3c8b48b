"""The blend through other stages: what each is worth, or costs, and what a workspace serves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from beholder.bundle.parts import Parts
from beholder.engine.dislikes import dislikes
from beholder.engine.pipeline import Pipeline
from beholder.engine.rerank import Dial
from beholder.engine.slate import Stage
from beholder.engine.stages import STAGES, UNRANKED

NEAR = 0.95  # items more alike than this are taken for one picture twice
SERVED = "auto as served"


def variations(
    parts: Parts, own: Mapping[str, Sequence[Stage]], served: Pipeline | None
) -> dict[str, Pipeline]:
    """Return what the blend is asked through besides its usual stages, by the name of the row.

    Parameters
    ----------
    own
        Further stages, by name.
    served
        As the settings have it; None, or one that changes nothing: no row of its own.
    """
    found = {
        "auto without dislikes": Pipeline([stage for stage in STAGES if stage is not dislikes]),
        "auto, diversity 0.3": Pipeline(dial=Dial(diversity=0.3)),
        f"auto, near {NEAR:g}": Pipeline(dial=Dial(near=NEAR)),
    }
    if parts.ranker is not None:
        found["auto without ranker"] = Pipeline(UNRANKED)
    if _has_variants(parts):
        found["auto, one variant"] = Pipeline(dial=Dial(one_variant=True))
    found |= {name: Pipeline(stages) for name, stages in own.items()}
    if served is None or served.plain:
        return found
    found[SERVED] = served
    if served.explorer is not None and not (sure := served.without_exploration()).plain:
        found[f"{SERVED}, without exploration"] = sure
    if served.rules.any and not (unruled := served.without_rules()).plain:
        found[f"{SERVED}, without rules"] = unruled
    return found


def _has_variants(parts: Parts) -> bool:
    of_items = parts.groups.of_items
    return bool(np.bincount(of_items[of_items >= 0]).max(initial=0) > 1)
