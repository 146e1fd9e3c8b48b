"""What is asked for besides whom it is for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import numpy as np

from beholder.engine.checking import checked_k, checked_share, checked_text
from beholder.engine.rerank import Dial
from beholder.engine.variants import Variants
from beholder.errors import UsageError
from beholder.scorers.interface import Mask, Positions

NOTHING: Positions = np.empty(0, np.int32)
FILTER = "write it as a text, such as 'price < 50'"
Repeat = Literal["never", "allow"]


class Question(NamedTuple):
    """A request for recommendations.

    Attributes
    ----------
    k
        1 to 1000 items.
    exclude
        Ids that are on the page already.
    page
        The `next` of the answer before: what is best now and was not on the pages before. It is
        for the same person and question; only `k` and `exclude` may be others.
    filter
        Only items for which this holds, such as `price < 50`; see docs/rules.md.
    diversity
        0: relevance alone, 1: variety alone; None: as the settings say.
    repeat
        What this person did something with already: `never` again, or `allow` it; None: as the
        setting `serve.repeat` says for each kind of event.
    variants
        `one` of each product, also beside what is excluded, or `all`.
    """

    k: int = 20
    exclude: Iterable[str] = ()
    page: str | None = None
    filter: str | None = None
    diversity: float | None = None
    repeat: Repeat | None = None
    variants: Variants | None = None


class Wanted(NamedTuple):
    """A question as the stages take it.

    Attributes
    ----------
    k
        Places that are shown.
    mask
        bool (n_items,). What may be in them.
    explore
        Whether one of them may be explored.
    place
        Of the first of them in the answer, from 0.
    shown
        int32. What stands on the pages before.
    """

    k: int
    mask: Mask
    dial: Dial
    explore: bool = False
    place: int = 0
    shown: Positions = NOTHING


def question_of(question: Question | None, asked: dict[str, Any]) -> Question:
    """Return a question whose fields may have been told by name.

    Raises
    ------
    UsageError
        If it is no question, or there is no field of a name.
    """
    question = Question() if question is None else question
    if not isinstance(question, Question):
        raise UsageError(
            f"question is of type {type(question).__name__}",
            remedy="tell a Question, or its fields by name: k=5",
            field="question",
        )
    try:
        return question._replace(**asked) if asked else question
    except ValueError as error:
        raise UsageError(
            f"a question has no {', '.join(sorted(asked.keys() - set(Question._fields)))}",
            remedy="it has " + ", ".join(Question._fields),
        ) from error


def checked(question: Question) -> None:
    """Refuse a question with a field that cannot be meant; see `Question`.

    `exclude`, `repeat` and `variants` are looked at where they are read.

    Raises
    ------
    UsageError
        With the name of the field.
    """
    checked_k(question.k)
    checked_text(question.page, "page", "tell the `next` of the answer before")
    checked_text(question.filter, "filter", FILTER)
    checked_share(question.diversity, "diversity")
