"""Members of a blend: which models can learn from a data set, and what was made of each."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from beholder.dataset.couples import count_couples
from beholder.dataset.dataset import Dataset
from beholder.dataset.numbers import MARK
from beholder.errors import MissingExtraError, UsageError
from beholder.models.contract import Card, Model
from beholder.models.registry import MODELS
from beholder.scorers.interface import Scorer
from beholder.scorers.recency import USUAL, Recency


class Member(NamedTuple):
    """A model that may join the blend: one of its kind, or one for each encoder.

    Attributes
    ----------
    trials
        Settings, the most promising first.
    """

    name: str
    model: type[Model]
    trials: tuple[Any, ...]

    @property
    def card(self) -> Card:
        """What is known of the model."""
        return self.model.card

    @property
    def light(self) -> bool:
        """Whether it is fitted before the first bundle is out."""
        return self.card.cost == "light"

    @property
    def by_behaviour(self) -> bool:
        """Whether it learns from what people did, rather than from content alone."""
        return "behaviour" in self.card.learns


@dataclass
class Tuned:
    """The best setting of one member, and how it did on the tuning half.

    Attributes
    ----------
    per_case
        float64 (cases,). NDCG@10 on the tuning half.
    reached
        NDCG@10 that settings are chosen by: among new items of a member that is for them alone.
    rounds
        In which it was learned; None where it does not learn in rounds.
    recency
        Of the histories that were asked.
    """

    member: Member
    settings: msgspec.Struct
    scorer: Scorer
    per_case: NDArray[np.float64]
    tried: int = 1
    rounds: int | None = None
    recency: Recency = USUAL
    reached: float = 0.0

    @property
    def ndcg(self) -> float:
        """Mean NDCG@10."""
        return float(self.per_case.mean()) if len(self.per_case) else 0.0


def members_of(dataset: Dataset, wanted: Iterable[str] = ()) -> tuple[list[Member], list[str]]:
    """Return the members that can learn from a data set, and why others cannot.

    Parameters
    ----------
    wanted
        Names of models or of members; empty: all.

    Raises
    ------
    UsageError
        For a name that nothing has, or that is of an encoder without vectors here.
    MissingExtraError
        For the name of a model that is trained with what is not installed.
    """
    names = list(dict.fromkeys(wanted))
    check_names(names)
    asked = {name.split(":")[0] for name in names}
    found, left_out = [], []
    missing: dict[str, list[str]] = {}
    for model in MODELS.values():
        card = model.card
        if card.part != "member":
            continue
        if card.needs is not None and not names and not installed(card.needs):
            missing.setdefault(card.needs, []).append(card.name)
            continue
        lacking = lacks(card, dataset)
        for member in _of(model, dataset) if not lacking else ():
            if not names or member.name in names or card.name in names:
                found.append(member)
        if lacking and (not names or card.name in asked):
            left_out.append(f"{card.name} is left out: {lacking}")
    if not left_out:
        _check_encoders(names, dataset)
    without = [_left_out(extra, several) for extra, several in missing.items()]
    return found, left_out + without


def installed(extra: str) -> bool:
    """Whether what an extra brings is there; it is named like its package."""
    return importlib.util.find_spec(extra) is not None


def _left_out(extra: str, names: list[str]) -> str:
    many = len(names) > 1
    said = "are left out: they need" if many else "is left out: it needs"
    return f"{', '.join(names)} {said} pip install 'beholder[{extra}]'"


def named(models: str | Iterable[str]) -> list[str]:
    """Return the names of the models that may be used; empty: all, as `auto` says too.

    Raises
    ------
    UsageError
        For a name that no model has.
    """
    names = [models] if isinstance(models, str) else list(models)
    chosen = [name for name in names if name != "auto"]
    check_names(chosen)
    return chosen


def check_names(names: Iterable[str]) -> None:
    """Refuse a name that no model has; `visual-knn:colour` is the model for one encoder.

    Raises
    ------
    UsageError
        For such a name.
    MissingExtraError
        For the name of a model that is trained with what is not installed.
    """
    known = [name for name, model in MODELS.items() if model.card.part != "placing"]
    for name in names:
        several = [part.strip() for part in name.split(",")]
        if len(several) > 1:
            raise UsageError(
                f"there is no model {name!r}: models are named one by one",
                remedy=" ".join(f"--model {one}" for one in several),
                field="models",
            )
        if name.split(":")[0] not in known:
            raise UsageError(
                f"there is no model {name!r}", remedy="one of " + ", ".join(sorted(known))
            )
        card = MODELS[name.split(":")[0]].card
        if card.needs is not None and not installed(card.needs):
            raise MissingExtraError(
                f"the model {card.name} needs {card.needs}, which is not installed",
                remedy=f"pip install 'beholder[{card.needs}]'; what was learned is served without",
            )


def _check_encoders(names: list[str], dataset: Dataset) -> None:
    for name in names:
        there = [member.name for member in _of(MODELS[name.split(":")[0]], dataset)]
        if ":" not in name or name in there:
            continue
        if "numbers" in MODELS[name.split(":")[0]].card.learns:
            raise UsageError(
                f"there is no member {name!r}: no attribute of that name is a number",
                remedy=f"name {', '.join(there)}",
            )
        raise UsageError(
            f"there is no member {name!r}: no picture has vectors of that encoder",
            remedy=f"make them with `beholder encode`, or name {', '.join(there)}",
        )


def lacks(card: Card, dataset: Dataset) -> str | None:
    """Return what a model would need and does not find, in words; None: nothing."""
    if card.needs is not None and not installed(card.needs):
        return f"it needs pip install 'beholder[{card.needs}]'"
    known = dataset.groups[dataset.groups >= 0]
    there = {
        "behaviour": True,
        "pictures": bool(dataset.pictures),
        "words": any(dataset.texts),
        "products": bool((np.bincount(known) > 1).any()),
        "numbers": bool(dataset.content.numbers),
    }
    missing = sorted(source for source in card.learns if not there[source])
    called = {"pictures": "vectors of pictures"}
    if dataset.numbers:  # of six items at least, and not the same of all
        called["numbers"] = "numbers that tell enough items apart"
    words = [called.get(source, source) for source in missing]
    if missing:
        return "there are no " + " and no ".join(words)
    found = count_couples(dataset.interactions) if card.couples else 0
    if found < card.couples:
        return f"{found} pairs of items were liked by one person, {card.couples} are needed"
    return None


def _of(model: type[Model], dataset: Dataset) -> list[Member]:
    card = model.card
    if not card.modalities:
        return [Member(card.name, model, card.trials)]
    content = dataset.content
    told = [name for name in content.spaces if name in dataset.pictures]
    if "numbers" in card.learns:
        told = list(content.numbers)
    return [
        Member(
            f"{card.name}:{modality.removeprefix(MARK)}",
            model,
            tuple(msgspec.structs.replace(trial, modality=modality) for trial in card.trials),
        )
        for modality in told
    ]
