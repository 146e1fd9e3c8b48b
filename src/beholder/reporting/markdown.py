"""The table alone, as READMEs have it: the blend beside what it is compared with."""

from __future__ import annotations

from collections.abc import Sequence

from beholder.percent import percent
from beholder.reporting.asked import BASELINE, Asked, Contender
from beholder.reporting.summary import title
from beholder.reporting.words import name_of

CANNOT = "cannot"  # it says nothing of what is asked, such as item-kNN of new items


def markdown(every: Sequence[Asked]) -> str:
    """Return a table with a row a question.

    The blend is bold where it is better than everything beside it, for certain by each seed.
    """
    models = list(dict.fromkeys(row.model for one in every for row in one.of(BASELINE)))
    head = ["NDCG@10 (HR@20)", "within an hour", "ranked among", "the blend"]
    lines = [_row([*head, *map(name_of, models)]), "|" + "---|" * (len(head) + len(models))]
    for one in every:
        run, others = one.first, one.of(BASELINE)
        blend = _cell(one.blend, bold=bool(others) and all(row.better for row in others))
        cells = [title(one), percent(run.basket_share).replace("%", " %"), f"{run.pool:,}", blend]
        rows = [one.row(model) for model in models]
        cells += [CANNOT if row is None else _cell(row) for row in rows]
        lines.append(_row(cells))
    return "\n".join(lines) + "\n"


def _cell(row: Contender, bold: bool = False) -> str:
    mark = "**" if bold else ""
    return f"{mark}{row.ndcg10.value:.3f}{mark} ({row.hr20:.3f})"


def _row(cells: Sequence[str]) -> str:
    told = (cell.replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return f"| {' | '.join(told)} |"
