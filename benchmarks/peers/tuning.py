"""Which setting of a model is best on validation users, found once and kept as it goes."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.peers.answers import Scorer, lists, ndcg
from benchmarks.peers.part import Part

DECAYS = (0.5, 0.7, 0.8, 0.9)  # of our history weights
MOST = 20  # settings of one model, decays included

Setting = dict[str, Any]


class Model(NamedTuple):
    """A model of a library.

    Attributes
    ----------
    fit
        Takes a part, a setting and a seed, and returns what scores.
    grid
        The settings that are tried, in this order.
    weighted
        Whether what scores can be given weights of histories.
    new_items
        Whether it can score items that nobody has touched.
    """

    fit: Callable[[Part, Setting, int], Scorer]
    grid: Sequence[Setting]
    weighted: bool = False
    new_items: bool = False

    @property
    def tried(self) -> int:
        """How many settings are tried."""
        return len(self.grid) + len(DECAYS) * self.weighted


class Choice(NamedTuple):
    """The best setting, the best decay of our history weights, and all that was tried."""

    setting: Setting
    decay: float | None
    tried: list[dict[str, Any]]


class Kept:
    """What was measured already, a line each, so that an interruption loses one of them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.tried: list[dict[str, Any]] = [json.loads(line) for line in lines]

    def find(self, setting: Setting, decay: float | None) -> float | None:
        """Return the NDCG@10 of a setting that was tried."""
        for one in self.tried:
            if one["setting"] == setting and one["decay"] == decay:
                return float(one["ndcg@10"])
        return None

    def add(self, setting: Setting, decay: float | None, value: float, seconds: float) -> None:
        one = {"setting": setting, "decay": decay, "ndcg@10": round(value, 5)}
        self.tried.append(one | {"cpu_seconds": round(seconds, 1)})
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps(self.tried[-1]) + "\n")

    def best(self, among: Sequence[dict[str, Any]]) -> dict[str, Any]:
        """Return the best, the first of equals."""
        return max(among, key=lambda one: float(one["ndcg@10"]))


def tune(model: Model, part: Part, seed: int, file: Path) -> Choice:
    """Try every setting on validation users, then the decays with the best of them."""
    assert model.tried <= MOST
    kept = Kept(file)
    for setting in model.grid:
        if kept.find(setting, None) is None:
            began = time.process_time()
            value = ndcg(lists(part, model.fit(part, setting, seed), seed), part.asked)
            kept.add(setting, None, value, time.process_time() - began)
            print(f"{setting}: NDCG@10 {value:.4f}", flush=True)
    best = kept.best([one for one in kept.tried if one["decay"] is None])["setting"]
    if not model.weighted:
        return Choice(best, None, kept.tried)
    scorer: Scorer | None = None
    for decay in DECAYS:
        if kept.find(best, decay) is None:
            began = time.process_time()
            scorer = scorer or model.fit(part, best, seed)
            value = ndcg(lists(part, scorer, seed, decay), part.asked)
            kept.add(best, decay, value, time.process_time() - began)
    own = [one for one in kept.tried if one["decay"] is not None and one["setting"] == best]
    return Choice(best, kept.best(own)["decay"], kept.tried)
