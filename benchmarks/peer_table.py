"""The figures of our cells and those of the peers, and the table that people read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from beholder.evaluation.bootstrap import holm
from beholder.evaluation.certainty import Certainty, OfPeople, OfPeopleAndItems
from benchmarks.pairing import OURS, Cell, Estimate, Z, column, mean
from benchmarks.peer_cells import WEIGHTED, Peer, Place, cell_of
from benchmarks.peer_figures import ERROR, KNOWN
from benchmarks.peer_splits import answers
from benchmarks.quality_table import MEASURES, rounded

SHORT = (
    "| NDCG@10 (HR@20) | ranked among | the blend | best peer as it ships "
    "| best peer with our history weights | our item-kNN | popularity |"
)
HEAD = (
    "| contender | NDCG@10 | error | by seed | HR@20 | `auto` is | from | `auto` less it "
    "| from | to | p | tried | chosen | CPU s | fit | MiB |"
)

SAID = """\
Means over all cases and seeds, never sampled, by the metrics of `beholder evaluate`; what somebody
met before is masked for everybody alike. `error`: standard error, the user being the unit. `from`,
`to`: 95 % interval in the least certain seed. `p`: in the least certain seed, corrected by Holm
over all tables here; in cold-items errors of users and items count. `tried`: settings on validation
users of the first seed. `CPU s`: tuning, fitting and asking in that seed, `fit`: one fit on all
data. `our history weights`: what somebody liked counts decay^moments before the newest."""


class Compared(NamedTuple):
    """Ours less another, in the least certain of the seeds: intervals at their widest, p largest.

    Attributes
    ----------
    ratio, difference
        Over all cases of all seeds.
    """

    ratio: float
    ratio_low: float
    difference: float
    low: float
    high: float
    p: float


def figures(
    places: Sequence[Place], peers: Sequence[Peer], failed: dict[str, str]
) -> dict[str, Any]:
    """Return all that the cells say, by data set and protocol, without per-user values."""
    sets: dict[str, Any] = {}
    for data, protocol in dict.fromkeys((place.data, place.protocol) for place in places):
        own = [place for place in places if (place.data, place.protocol) == (data, protocol)]
        written = [place for place in own if (place.split / "facts.json").exists()]
        if written:
            sets.setdefault(data, {})[protocol] = of_protocol(written, peers)
    _correct(sets)
    return {
        "versions": sorted({row["version"] for row in _all(sets) if "version" in row}),
        "sets": sets,
        "below": below(sets),
        "failed": failed,
    }


def of_protocol(places: Sequence[Place], peers: Sequence[Peer]) -> dict[str, Any]:
    """Return the rows of one data set and protocol: ours, baselines, peers."""
    ours = {place.seed: cell for place in places if (cell := place.ours) is not None}
    theirs = [
        cells
        for peer in peers
        if peer.can(places[0].protocol)
        and (cells := {p.seed: cell for p in places if (cell := cell_of(peer, p)) is not None})
    ]
    first = places[0].facts
    rows: dict[str, Any] = {}
    for cells in [ours, *theirs]:
        for name in next(iter(cells.values()))["rows"] if cells else ():
            if name == OURS or not name.startswith(OURS):  # no variants of ours
                rows[name] = of_contender(name, cells)
    compared = {name: of_pair(name, ours, places, theirs) for name in rows if name != OURS}
    for name, found in compared.items():
        if found is not None:
            rows[name]["auto"] = {key: round(value, 5) for key, value in found._asdict().items()}
    return {
        "label": first["label"],
        "pool": first["pool"],
        "n_items": first["n_items"],
        "cases": {place.seed: len(place.facts["cases"]) for place in places},
        "rows": rows,
        "cannot": [peer.label for peer in peers if not peer.can(places[0].protocol)],
        "commits": sorted({cell["commit"] for cell in ours.values()}),
    }


def of_contender(name: str, cells: dict[int, Cell]) -> dict[str, Any]:
    """Return what one contender reached, and what it took."""
    own = list(cells.values())
    row: dict[str, Any] = {"seeds": list(cells)}
    for measure in MEASURES:
        pooled = column(own, name, measure)
        row[measure] = rounded(mean(pooled.values, pooled.users))
        row[f"{measure}_by_seed"] = [
            round(float(column([cell], name, measure).values.mean()), 5) for cell in own
        ]
    weighted = name.endswith(WEIGHTED)
    tried = own[0].get("tried", [])
    if tried:
        row["tried"] = [one for one in tried if weighted or one["decay"] is None]
        row["chosen"] = own[0]["setting"] | ({"decay": own[0]["decay"]} if weighted else {})
        row["version"] = own[0]["version"]
        row["fit_cpu_seconds"] = [cell["fit_cpu_seconds"] for cell in own]
    if tried or name == OURS:
        row["cpu_seconds"] = [cell["cpu_seconds"] for cell in own]
        row["largest_mib"] = max(cell["largest_mib"] for cell in own)
    return row


def of_pair(
    name: str, ours: dict[int, Cell], places: Sequence[Place], theirs: Sequence[dict[int, Cell]]
) -> Compared | None:
    """Compare `auto` with another in every seed that both have; None without one."""
    certain, values = [], []
    for place in places:
        mine = ours.get(place.seed)
        other = next((c[place.seed] for c in [ours, *theirs] if name in _rows(c, place.seed)), None)
        if mine is None or other is None:
            continue
        if (mine["catalogue"], mine["cases"]) != (other["catalogue"], other["cases"]):
            raise SystemExit(f"{place}: {name} was asked other questions than we; delete its cell")
        pair = {OURS: mine, name: other}
        values.append([cell["rows"][key]["ndcg@10"] for key, cell in pair.items()])
        certain.append(certainty(pair, place))
    if not certain:
        return None
    pooled = np.concatenate([np.array(one) for one in values], axis=1).mean(axis=1)
    low, high = zip(*(one.difference(OURS, name) for one in certain), strict=True)
    return Compared(
        float(pooled[0] / pooled[1]) if pooled[1] > 0 else float("inf"),
        min(one.ratio(OURS, name)[0] for one in certain),
        float(pooled[0] - pooled[1]),
        min(low),
        max(high),
        max(one.p(OURS, name) for one in certain),
    )


def _rows(cells: dict[int, Cell], seed: int) -> Sequence[str]:
    return list(cells[seed]["rows"]) if seed in cells else []


def certainty(pair: dict[str, Cell], place: Place) -> Certainty:
    """Return how certain a difference is: among new items, of other items too."""
    if place.protocol != "cold-items":
        values = {name: np.array(cell["rows"][name]["ndcg@10"]) for name, cell in pair.items()}
        return OfPeople(values, place.seed)
    lists = {name: np.array(cell["lists"][name], np.int32) for name, cell in pair.items()}
    return OfPeopleAndItems(lists, answers(place.split, place.protocol))


def _all(sets: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every row of every table."""
    found = [one for protocols in sets.values() for one in protocols.values()]
    return [row for one in found for row in one["rows"].values()]


def _correct(sets: dict[str, Any]) -> None:
    """Correct all p values of the printed table for their number."""
    rows = [row["auto"] for row in _all(sets) if "auto" in row]
    for row, p in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p"] = round(p, 5)


def below(sets: dict[str, Any]) -> list[str]:
    """Say which peers are surely below what they are known to reach: then something is wrong."""
    found = []
    for (data, protocol, name), known in KNOWN.items():
        row = sets.get(data, {}).get(protocol, {}).get("rows", {}).get(name)
        if row is not None:
            reached = Estimate(**row["ndcg@10"])
            if reached.value + Z * math.hypot(reached.error, ERROR) < known:
                found.append(f"{name}, {data}, {protocol}: {reached.value:.4f}, known {known:.4f}")
    return found


def markdown(document: dict[str, Any]) -> str:
    """Return the figures as tables, a short one of all questions first."""
    lines = [*short(document), "", *SAID.splitlines()]
    lines += ["", f"Versions: {', '.join(document['versions'])}."]
    for data, protocols in document["sets"].items():
        for found in protocols.values():
            lines += ["", f"## {data}, {found['label']}", "", *_table(found)]
    for title, told in (
        ("Surely below what they are known to reach:", document["below"]),
        ("Not measured:", [f"{name}: `{_short(why)}`" for name, why in document["failed"].items()]),
    ):
        if told:
            lines += ["", title, "", *(f"- {line}" for line in told)]
    return "\n".join(lines) + "\n"


def short(document: dict[str, Any]) -> Iterator[str]:
    """Yield a row a question: ours beside the best peers, as READMEs have it.

    Ours is bold where it is better than every other row of its question for certain, in each seed.
    """
    yield SHORT
    yield "|" + "---|" * (SHORT.count("|") - 1)
    for data, protocols in document["sets"].items():
        for found in protocols.values():
            rows = found["rows"]
            others = [row.get("auto") for name, row in rows.items() if name != OURS]
            ours = _figure(rows.get(OURS))
            better = all(one and one["p"] < 0.05 and one["low"] > 0 for one in others)
            if OURS in rows and others and better:
                ours = f"**{ours}**"
            best = [_named(_best(rows, weighted=weighted)) for weighted in (False, True)]
            beside = [_figure(rows.get(name)) for name in ("itemknn", "popularity")]
            cells = [f"{data}, {found['label']}", f"{found['pool']:,}", ours, *best, *beside]
            yield f"| {' | '.join(cells)} |"


def _best(rows: dict[str, Any], *, weighted: bool) -> tuple[str, dict[str, Any]] | None:
    """Return the peer with the highest NDCG@10, as it ships or with our history weights."""
    peers = [
        (name, row)
        for name, row in rows.items()
        if "chosen" in row and name.endswith(WEIGHTED) == weighted
    ]
    return max(peers, key=lambda one: float(one[1]["ndcg@10"]["value"]), default=None)


def _named(one: tuple[str, dict[str, Any]] | None) -> str:
    return "none can" if one is None else f"{one[0].removesuffix(WEIGHTED)} {_figure(one[1])}"


def _figure(row: dict[str, Any] | None) -> str:
    return "" if row is None else f"{row['ndcg@10']['value']:.3f} ({row['hr@20']['value']:.3f})"


def _short(why: str) -> str:
    """Return the line that names an exception, else the last."""
    lines = [line.strip() for line in why.splitlines()]
    return ([line for line in lines if "Error: " in line] or lines)[-1].replace("`", "'")


def _table(found: dict[str, Any]) -> Iterator[str]:
    cases = ", ".join(f"seed {seed}: {n}" for seed, n in found["cases"].items())
    yield f"Ranked among {found['pool']} of {found['n_items']} items. Cases: {cases}."
    yield ""
    yield HEAD
    yield "|" + "---|" * (HEAD.count("|") - 1)
    for name, row in found["rows"].items():
        yield f"| {' | '.join([name, *_reached(row), *_against(row), *_cost(row)])} |"
    for which, weighted in (("as it ships", False), ("with our history weights", True)):
        best = _best(found["rows"], weighted=weighted)
        if best is not None:
            yield ""
            yield f"The best peer {which}: {best[0]}{_is(best[1])}."
    if found["cannot"]:
        yield ""
        yield f"Cannot: {', '.join(found['cannot'])}."
    if found["commits"]:
        yield ""
        yield f"Ours: {' '.join(found['commits'])}."


def _is(row: dict[str, Any]) -> str:
    one = row.get("auto")
    return f"; `auto` is {one['ratio']:.2f}x, from {one['ratio_low']:.2f}x" if one else ""


def _reached(row: dict[str, Any]) -> list[str]:
    ndcg = row["ndcg@10"]
    by_seed = " ".join(f"{value:.4f}" for value in row["ndcg@10_by_seed"])
    return [f"{ndcg['value']:.4f}", f"{ndcg['error']:.4f}", by_seed, f"{row['hr@20']['value']:.3f}"]


def _against(row: dict[str, Any]) -> list[str]:
    if "auto" not in row:
        return [""] * 6
    one = row["auto"]
    ratios = [f"{one[key]:.2f}x" for key in ("ratio", "ratio_low")]
    points = [f"{one[key]:+.4f}" for key in ("difference", "low", "high")]
    return [*ratios, *points, f"{one['p']:.4f}"]


def _cost(row: dict[str, Any]) -> list[str]:
    chosen = ", ".join(f"{key} {value}" for key, value in row.get("chosen", {}).items())
    tried = str(len(row["tried"])) if "tried" in row else ""
    fit = f"{row['fit_cpu_seconds'][0]:.0f}" if "fit_cpu_seconds" in row else ""
    seconds = f"{row['cpu_seconds'][0]:.0f}" if "cpu_seconds" in row else ""
    return [tried, chosen, seconds, fit, str(row.get("largest_mib", ""))]
