"""The figures of kept cells, and the table that people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.pairing import (
    Cell,
    Estimate,
    against,
    best_baseline,
    column,
    compare,
    mean,
)

MEASURES = ("ndcg@10", "hr@20")
HEAD = "| tree | contender | NDCG@10 | error | by seed | HR@20 | `auto` is | from | by seed |"
PAIR = "| {} less {} | NDCG@10 | error | from | ratio | from | HR@20 | from | paired | alone |"


def figures(trees: list[str], cells: list[Cell]) -> dict[str, Any]:
    """Return everything the cells say, by data set and protocol, without per-user values."""
    found: dict[str, Any] = {}
    for data, protocol in dict.fromkeys((cell["data"], cell["protocol"]) for cell in cells):
        own = [cell for cell in cells if (cell["data"], cell["protocol"]) == (data, protocol)]
        by_tree = {tree: [cell for cell in own if cell["tree"] == tree] for tree in trees}
        there = [tree for tree in trees if by_tree[tree]]
        found.setdefault(data, {})[protocol] = {
            "label": own[0]["label"],
            "trees": {tree: of_tree(by_tree[tree]) for tree in there},
            "paired": [
                {"ours": trees[0], "theirs": other} | of_pair(by_tree[trees[0]], by_tree[other])
                for other in trees[1:]
                if by_tree[trees[0]] and by_tree[other]
            ],
        }
    return {"sets": found}


def of_tree(cells: list[Cell]) -> dict[str, Any]:
    """Return what one tree reached in the cells of one protocol."""
    rival = best_baseline(cells, "ndcg@10")
    return {
        "commits": sorted({cell["commit"] for cell in cells}),
        "seeds": [cell["seed"] for cell in cells],
        "cases": [len(cell["cases"]) for cell in cells],
        "masks_added": [cell["masking"]["added"] for cell in cells],
        "cpu_seconds": [cell["cpu_seconds"] for cell in cells],
        "largest_mib": [cell["largest_mib"] for cell in cells],
        "rows": {model: of_contender(cells, model) for model in cells[0]["rows"]},
        "best_baseline": rival,
        "auto_is": rounded(against(cells, rival, "ndcg@10")),
        "auto_is_by_seed": [rounded(against([cell], rival, "ndcg@10")) for cell in cells],
    }


def of_contender(cells: list[Cell], model: str) -> dict[str, Any]:
    """Return the means of one contender, over all seeds and by seed."""
    row: dict[str, Any] = {}
    for measure in MEASURES:
        pooled = column(cells, model, measure)
        row[measure] = rounded(mean(pooled.values, pooled.users))
        each = [column([cell], model, measure).values.mean() for cell in cells]
        row[f"{measure}_by_seed"] = [round(float(value), 5) for value in each]
    return row


def of_pair(ours: list[Cell], theirs: list[Cell]) -> dict[str, Any]:
    """Return the differences of two trees over the seeds that both have, pooled and by seed."""
    seeds = sorted({cell["seed"] for cell in ours} & {cell["seed"] for cell in theirs})
    mine, other = ([cell for cell in cells if cell["seed"] in seeds] for cells in (ours, theirs))
    if not seeds:
        return {"parts": {}}
    parts = {"pooled": _compared(mine, other)}
    if any(set(a["cases"]) != set(b["cases"]) for a, b in _by_seed(mine, other, seeds)):
        parts["pooled, by user"] = _compared(mine, other, by_user=True)
    for seed, (a, b) in zip(seeds, _by_seed(mine, other, seeds), strict=True):
        parts[f"seed {seed}"] = _compared([a], [b])
    return {"parts": parts}


def _by_seed(ours: list[Cell], theirs: list[Cell], seeds: list[int]) -> list[tuple[Cell, Cell]]:
    mine, other = ({cell["seed"]: cell for cell in cells} for cells in (ours, theirs))
    return [(mine[seed], other[seed]) for seed in seeds]


def _compared(
    ours: list[Cell], theirs: list[Cell], *, by_user: bool = False
) -> dict[str, Any] | None:
    """Return the comparison by every measure; None where nothing is in both."""
    found: dict[str, Any] = {}
    for measure in MEASURES:
        made = compare(ours, theirs, measure, by_user=by_user)
        if made is None:
            return None
        counts = {"paired": made.paired, "alone": [made.only_ours, made.only_theirs]}
        found |= counts
        found[measure] = {"difference": rounded(made.difference), "ratio": rounded(made.ratio)}
    return found


def rounded(estimate: Estimate) -> dict[str, float]:
    """Return an estimate as JSON has it."""
    return {name: round(value, 5) for name, value in estimate._asdict().items()}


def markdown(document: dict[str, Any]) -> str:
    """Return the figures as tables."""
    lines = [
        "Means over all cases and seeds, masked as `benchmarks/masking.py` says. Ranked among all",
        "items, in cold-items among those that were left out.",
        "`error`: standard error, the user being the unit; `from`: lower end of the 95 % interval;",
        "`alone`: cases that only the first, or only the second tree was asked.",
    ]
    for data, protocols in document["sets"].items():
        for found in protocols.values():
            lines += ["", f"## {data}, {found['label']}", "", *_contenders(found["trees"])]
            for pair in found["paired"]:
                lines += ["", *_pair(pair)]
    if document["notes"]:
        lines += ["", "To be known:", "", *(f"- {note}" for note in document["notes"])]
    return "\n".join(lines) + "\n"


def _contenders(trees: dict[str, Any]) -> Iterator[str]:
    yield HEAD
    yield _rule(HEAD)
    for tree, found in trees.items():
        for model, row in found["rows"].items():
            ndcg, rate = row["ndcg@10"], row["hr@20"]
            cells = [tree, model, _points(ndcg["value"]), _points(ndcg["error"])]
            cells += [" ".join(map(_points, row["ndcg@10_by_seed"])), f"{rate['value']:.3f}"]
            if model == found["best_baseline"]:
                ratios = [f"{one['value']:.2f}" for one in found["auto_is_by_seed"]]
                is_ = found["auto_is"]
                cells += [f"{is_['value']:.3f}x", f"{is_['low']:.3f}x", " ".join(ratios)]
            else:
                cells += ["", "", ""]
            yield _row(cells)
    yield ""
    for tree, found in trees.items():
        seeds = ", ".join(map(str, found["seeds"]))
        yield (
            f"{tree}: {' '.join(found['commits'])}, seeds {seeds}, cases {found['cases']}, masks "
            f"added to the tree's {found['masks_added']}, CPU s {found['cpu_seconds']}"
        )


def _pair(pair: dict[str, Any]) -> Iterator[str]:
    head = PAIR.format(pair["ours"], pair["theirs"])
    yield head
    yield _rule(head)
    for name, part in pair["parts"].items():
        if part is None:
            yield _row([name, "no case is in both", *[""] * 8])
            continue
        ndcg, rate = (part[measure] for measure in MEASURES)
        cells = [name, _signed(ndcg["difference"]["value"]), _points(ndcg["difference"]["error"])]
        cells += [_signed(ndcg["difference"]["low"])]
        cells += [f"{ndcg['ratio']['value']:.3f}x", f"{ndcg['ratio']['low']:.3f}x"]
        cells += [_signed(rate["difference"]["value"]), _signed(rate["difference"]["low"])]
        cells += [str(part["paired"]), ", ".join(map(str, part["alone"]))]
        yield _row(cells)


def _points(value: float) -> str:
    return f"{value:.4f}"


def _signed(value: float) -> str:
    return f"{value:+.4f}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(head: str) -> str:
    return "|" + "---|" * (head.count("|") - 1)
