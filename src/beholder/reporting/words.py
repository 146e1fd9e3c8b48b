"""What protocols, rows of the table and metrics are called where people read who know none."""

from __future__ import annotations

from typing import NamedTuple

from beholder.evaluation import knock_out


class Question(NamedTuple):
    """What a protocol asks: in a few words, and in a sentence or two."""

    title: str
    text: str


QUESTIONS = {
    "next-basket": Question(
        "The next visit",
        "What does somebody take at the next visit? All that each person took at the last moment "
        "is hidden and asked for, given what came before.",
    ),
    "leave-last-out": Question(
        "The last thing",
        "What does somebody take last? The last thing that each person took is hidden and asked "
        "for, given everything before it.",
    ),
    "cold-items": Question(
        "New items",
        "Whom does something suit that nobody has touched yet? A tenth of the items is taken out "
        "of all that is learned from; then it is asked which of them each person took. Only what "
        "an item looks like and what is written about it can tell.",
    ),
    "cold-users": Question(
        "New people",
        "What does a newcomer like? A tenth of the people is never learned from; each is asked "
        "about four times, knowing none, one, two and five of the things that they did.",
    ),
    "time": Question(
        "One day for all",
        "What do people take from a day on, given what everybody had done before it? This is how "
        "it is in service: nothing of the future is known of anybody.",
    ),
}
NAMES = {
    "auto": "the blend",
    "auto as served": "the blend as it is served",
    "popularity": "popularity",
    "itemknn": "item-kNN",
}
EXPLAINED = {
    "the blend": "what Beholder learned from the pictures, words and behaviour of this catalogue: "
    "several models, weighed against each other on people whose test answers it never saw.",
    "popularity": "everybody is shown what most people took, newer things counting more. "
    "Of new items, which nobody took yet, it knows nothing: their order is drawn.",
    "item-kNN": "“who took this also took that”, the usual method; tuned on the same people.",
    "NDCG@10": "how near the top of ten recommendations the right ones stand: 1 is best, and all "
    "that was asked for stands first; 0 says that none of it is among the ten. A right item at "
    "place r counts 1 / log2(r + 1), over the best that was possible.",
    "HR@20": "hit rate: the share of people of whom at least one right item is among twenty.",
    "95 % interval": "were other people drawn like these (among new items: other people and other "
    "items), 95 of 100 such intervals would hold the true figure.",
    "certain": "p is below .05, corrected for the number of comparisons of its kind (Holm): "
    "models and stages together, parts together. Were there no difference, so large a one would be "
    "seen in fewer than 5 of 100 such tables. It is said of what was learned here: learned again, "
    "from another seed or with more time, it may come out otherwise; several seeds show how much.",
    "within an hour": "the share of right answers that lie within an hour of something else that "
    "was known of the person. Where it is high, a visit goes on, which is easier to foresee than "
    "the next one.",
    "the right answer": "what a person really took. A recommendation that somebody would have "
    "liked, and never saw, counts as wrong: figures are lower than satisfaction is.",
    "other metrics": "each stands with its formula in Beholder's documents, under Evaluation.",
}


def name_of(model: str) -> str:
    """Return what a row of the table is called: `item-kNN`, `the blend without pictures`."""
    if model in NAMES:
        return NAMES[model]
    if model == knock_out.row_of(knock_out.SHUFFLED):
        return "the blend with pictures of other items"
    return f"the blend{model[len('auto') :]}" if model.startswith("auto") else model


def part_of(model: str) -> str:
    """Return what is missing in a row that lacks a part: `without pictures`."""
    return name_of(model).removeprefix("the blend").removeprefix(",").strip()


def listed(words: list[str], joint: str = "and") -> str:
    """Return words in a row: `a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"
